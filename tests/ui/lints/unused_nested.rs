//! In a body in a body too.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => {
        *a += 1;
        when!(b => {
            let sum = *b;
        });
    });
    drop((a, b));
}
