//! A worker has no token, so it makes no pinned cowns.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let cown = Cown::new(1);
    when!(cown => {
        *cown += 1;
        PinnedCown::new(&main, *cown)
    });
}
