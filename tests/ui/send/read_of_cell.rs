//! `read` shares a value between threads: `Cell` cannot be.

use std::cell::Cell;

use boc::prelude::*;

fn main() {
    let cell = Cown::new(Cell::new(1));
    when!(read cell => cell.get());
}
