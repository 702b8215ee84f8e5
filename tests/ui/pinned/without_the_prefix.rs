//! A pinned cown requested without `pinned`.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when!(canvas => *canvas += 1);
}
