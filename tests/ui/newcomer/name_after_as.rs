//! A request is named like a variable: `x = cells[0]`.

use boc::prelude::*;

fn main() {
    let cells = vec![Cown::new(1)];
    when!(cells[0] as x => *x += 1);
}
