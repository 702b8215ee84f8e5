//! Guards end with the body.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    #[boc::attr::when(a)]
    fn f<'a>(a: &'a mut i32) {}
}
