//! Every mistake is reported, at once.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(write a, pinned read b, b, let k => *a += *b);
    drop((a, b, all));
}
