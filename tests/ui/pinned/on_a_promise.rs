//! A promise with `pinned`.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let promise = when!(cown => *cown);
    when!(pinned promise => *promise);
}
