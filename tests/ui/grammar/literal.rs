//! A literal is no cown.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(1 => 2);
    drop((a, b, all));
}
