//! So is a `mut` that is not needed.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => {
        let mut sum = *a + 1;
        *a += sum;
    });
    drop((a, b));
}
