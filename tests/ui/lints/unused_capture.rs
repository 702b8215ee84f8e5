//! A capture that the body does not mention.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let name = String::new();
    when!(a, clone name, let k = 1 => *a += 1);
    drop(name);
    drop((a, b));
}
