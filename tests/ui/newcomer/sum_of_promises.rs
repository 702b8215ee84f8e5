//! A promise is not the value yet.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let sum = when!(a => *a) + when!(b => *b);
}
