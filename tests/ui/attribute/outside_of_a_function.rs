//! A behavior is scheduled by code that runs.

use boc::prelude::*;

#[boc::attr::when(a)]
fn f(a: &mut i32) {}

fn main() {
    Cown::new(1);
}
