//! `pinned` on a group of cowns that are not.

use boc::prelude::*;

fn main() {
    let cowns = vec![Cown::new(1)];
    when!(pinned cowns => cowns[0] += 1);
}
