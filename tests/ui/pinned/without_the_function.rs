//! A pinned cown in the function form without `pinned`.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when(&canvas, |mut canvas| *canvas += 1);
}
