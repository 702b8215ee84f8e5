//! Nobody shares what stays on one thread.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(pinned read a => *a);
    drop((a, b, all));
}
