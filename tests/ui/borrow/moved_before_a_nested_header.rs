//! The cown of a nested header is gone.

use boc::prelude::*;

fn main() {
    let (a, c) = (Cown::new(1), Cown::new(1));
    drop(c);
    when!(a => { *a += 1; when!(c => *c += 1); });
}
