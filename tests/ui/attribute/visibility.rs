//! It is local.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    pub fn step(a: &mut i32) {
        *a += 1;
    }
    drop(b);
}
