//! The thread requested without `pinned`.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    when!(main => PinnedCown::new(main, 1));
}
