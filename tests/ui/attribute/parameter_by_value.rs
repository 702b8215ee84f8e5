//! A guard's value cannot be taken.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: i32) -> i32 {
        a + 1
    }
    drop((a, b));
}
