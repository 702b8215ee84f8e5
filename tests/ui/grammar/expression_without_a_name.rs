//! An expression needs a name for its guard.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(all[0] => 1);
    drop((a, b, all));
}
