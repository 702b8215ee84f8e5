//! The block form has its path.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    when!(crate = boc; a => *a);
}
