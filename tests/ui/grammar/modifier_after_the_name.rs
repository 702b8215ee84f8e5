//! Modifiers come first.

use boc::prelude::*;

fn main() {
    let cells = [Cown::new(1)];
    when!(c = read cells[0] => *c);
    when!(c = clone cells => c.len());
    when!(let c = clone cells => c.len());
    when!(let c = read cells => c.len());
}
