//! What a pump tells may become more.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let PumpResult { executed, deadline_reached, panicked, remaining } = main.pump();
}
