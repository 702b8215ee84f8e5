//! A `let` says what it captures.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(a, let k => *a);
    drop((a, b, all));
}
