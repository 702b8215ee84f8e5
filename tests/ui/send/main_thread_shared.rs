//! Nor can a reference to it.

use boc::prelude::*;

fn sent(_: impl Send) {}

fn main() {
    let main = MainThread::claim().unwrap();
    sent(&main);
}
