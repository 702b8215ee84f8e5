//! A parameter that is a reference to a value, where the variable is a cown.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(1));
    #[boc::attr::when(a)]
    fn f(a: &mut i32, b: &i32) {
        *a += *b;
    }
}
