//! The loop is over when the body runs.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    for i in 0..3 {
        when!(a => if *a > i { break });
    }
    drop(b);
}
