//! The same through a group, and in the function form.

use std::cell::Cell;

use boc::prelude::*;

fn main() {
    let cells = vec![Cown::new(Cell::new(1))];
    when(read(&cells), |cells| cells[0].get());
}
