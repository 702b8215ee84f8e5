//! The token proves which thread it is on: it cannot leave.

use boc::prelude::*;

fn sent(_: impl Send) {}

fn main() {
    let main = MainThread::claim().unwrap();
    sent(main);
}
