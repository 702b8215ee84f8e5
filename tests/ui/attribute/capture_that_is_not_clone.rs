//! A trailing parameter is a clone.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    struct NotClone;
    let extra = NotClone;
    #[boc::attr::when(a)]
    fn step(a: &mut i32, extra: NotClone) {
        *a += 1;
        drop(extra);
    }
    drop((a, b));
}
