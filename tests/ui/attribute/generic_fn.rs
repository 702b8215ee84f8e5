//! It is one behavior, scheduled here: nothing chooses its types.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step<T: Copy>(a: &mut i32, b: T) {
        *a += 1;
    }
    drop((a, b));
}
