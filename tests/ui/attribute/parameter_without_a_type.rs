//! A parameter has a type, as everywhere.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a) {
        *a += 1;
    }
    drop(b);
}
