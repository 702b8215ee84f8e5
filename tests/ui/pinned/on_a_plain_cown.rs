//! `pinned` on a cown that is not.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when!(pinned cown => *cown += 1);
}
