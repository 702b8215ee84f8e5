//! The same the other way round.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(read pinned a => *a);
    drop((a, b, all));
}
