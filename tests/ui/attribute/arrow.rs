//! The body of the attribute form is the function's.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    #[boc::attr::when(a => *a += 1)]
    fn f(a: &mut i32) {}
}
