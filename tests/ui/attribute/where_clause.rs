//! Nor a `where`.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut i32)
    where
        i32: Copy,
    {
        *a += 1;
    }
    drop(b);
}
