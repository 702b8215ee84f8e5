//! The same beside other requests: the error is on that one.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let (count, canvas) = (Cown::new(1), PinnedCown::new(&main, 1));
    when!(count, canvas, read rate = Cown::new(2) => *canvas += *count + *rate);
}
