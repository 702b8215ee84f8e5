//! The proof of being at home does not leave its body.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    when!(pinned canvas => Acquired::home(&canvas));
    when!(pinned main => main);
}
