//! `*b` in a body that requests `a`.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => *a += *b);
    #[boc::attr::when(a)]
    fn f(a: &mut i32) {
        *a += *b;
    }
}
