//! A cown has none: it is requested.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(in b; a => *a += 1);
}
