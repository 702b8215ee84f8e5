//! The body ends the macro.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => *a += 1, b);
}
