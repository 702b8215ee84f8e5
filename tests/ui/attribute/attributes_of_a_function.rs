//! A behavior becomes a `let`.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    #[boc::attr::when(a)]
    #[inline]
    #[allow(unused)]
    fn f(a: &mut i32) {}
    #[boc::attr::when(a)]
    #[instrument(skip(a))]
    fn g(a: &mut i32) {}
}
