//! Only a function can be one.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    struct Step;
    drop((a, b));
}
