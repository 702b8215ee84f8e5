//! A `let` binds one name.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a, let (x, y) = (1, 2) => *a += x + y);
    drop(b);
}
