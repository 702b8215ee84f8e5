//! A trailing parameter is captured by its name, so it needs one.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut i32, (x, y): (i32, i32)) {
        *a += x + y;
    }
    drop((a, b));
}
