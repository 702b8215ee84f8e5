//! A capture with the name of a guard.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(a, let a = 1 => a + 1);
    drop((a, b, all));
}
