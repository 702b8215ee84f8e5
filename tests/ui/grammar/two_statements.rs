//! The body is one expression.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a, b => *a += 1; *b += 1);
}
