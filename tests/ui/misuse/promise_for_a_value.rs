//! The result is a promise.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let sum: i32 = when!(a, b => *a + *b);
}
