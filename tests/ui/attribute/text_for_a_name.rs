//! A request is a name.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    #[boc::attr::when("a")]
    fn f(a: &mut i32) {}
    when!("a b" => 1);
}
