//! A pinned body may be scheduled from anywhere, so what it captures is sent too.

use std::rc::Rc;

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let (cown, shared) = (PinnedCown::new(&main, 1), Rc::new(2));
    when!(pinned cown => *cown += *shared);
}
