//! A cown is a handle already.

use std::sync::Arc;

use boc::prelude::*;

fn main() {
    let shared = Arc::new(Cown::new(1));
    when!(shared => *shared += 1);
}
