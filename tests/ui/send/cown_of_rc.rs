//! A value that is not `Send` in a cown: `PinnedCown` is what it needs.

use std::rc::Rc;

use boc::prelude::*;

fn main() {
    let cown = Cown::new(Rc::new(1));
    drop(cown);
}
