//! What is captured by name has one.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut i32, _: u8) {
        *a += 1;
    }
    drop(b);
}
