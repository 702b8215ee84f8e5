//! A reader's parameter is lent too.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(read a)]
    fn step(a: i32) -> i32 {
        a + 1
    }
    drop(b);
}
