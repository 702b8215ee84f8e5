//! A pump inside a body would run bodies inside a body.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when!(pinned canvas => *canvas += main.pump().executed);
}
