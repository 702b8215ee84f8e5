//! It has no ABI.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    extern "C" fn step(a: &mut i32) {
        *a += 1;
    }
    drop(b);
}
