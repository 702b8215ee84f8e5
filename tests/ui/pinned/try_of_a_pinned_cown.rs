//! A pinned cown with `try`.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when!(try canvas => canvas.is_ok());
}
