//! A runtime that is dropped where it is made.

#![deny(unused)]

use boc::prelude::*;

fn main() {
    Runtime::simulated(1);
    Runtime::new().unwrap();
}
