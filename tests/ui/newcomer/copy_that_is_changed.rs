//! What a body assigns to is a copy.

#![deny(deprecated)]
#![allow(unused)]

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    let mut hits = 0;
    boc::scope(|s| {
        when!(in s; a => {
            *a += 1;
            hits += 1;
        });
    });
    println!("{hits}");
}
