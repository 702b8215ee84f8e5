//! And a result that has to be looked at.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => {
        "1".parse::<i32>();
        *a += 1;
    });
    drop((a, b));
}
