//! What the user leaves unused in a body is reported there.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => {
        let sum = *a + 1;
        *a += 1;
    });
    drop((a, b));
}
