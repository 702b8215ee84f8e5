//! Without the `&`.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when(a, |mut a| *a += 1);
    drop(b);
}
