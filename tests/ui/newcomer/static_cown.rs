//! A cown in a static.

use std::sync::LazyLock;

use boc::prelude::*;

static STATE: LazyLock<Cown<i32>> = LazyLock::new(|| Cown::new(1));

fn main() {
    when!(STATE => *STATE += 1);
    let a = Cown::new(1);
    when!(a => { *a += 1; when!(STATE => *STATE += 1); });
}
