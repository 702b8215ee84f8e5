//! A weak handle is upgraded first.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let weak = cown.downgrade();
    when!(weak => *weak += 1);
}
