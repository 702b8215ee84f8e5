//! A result may be taken on any thread.

use std::rc::Rc;

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when!(cown => Rc::new(*cown));
}
