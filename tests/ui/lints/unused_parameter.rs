//! A parameter beyond the requests that the body does not mention.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let by = 1;
    #[boc::attr::when(a)]
    fn step(a: &mut i32, by: i32) {
        *a += 1;
    }
    drop((a, b));
}
