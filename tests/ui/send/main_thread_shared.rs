//! Nor can a reference to it.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| main.pump());
    });
}
