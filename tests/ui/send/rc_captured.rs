//! A body runs on a worker: what it captures is sent there.

use std::rc::Rc;

use boc::prelude::*;

fn main() {
    let (cown, shared) = (Cown::new(1), Rc::new(2));
    when!(cown => *cown += *shared);
}
