//! A target has a method `when`.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(in 3; a => *a += 1);
    drop(b);
}
