//! A reader's guard is for reading.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when!(read cown => *cown += 1);
}
