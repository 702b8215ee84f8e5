//! A part of the value is borrowed too.

use boc::prelude::*;

fn main() {
    let pair = Cown::new((1, vec![2]));
    when!(pair => &pair.1[..]);
}
