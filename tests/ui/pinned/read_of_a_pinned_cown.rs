//! Nobody shares what stays on one thread.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when!(read canvas => *canvas);
}
