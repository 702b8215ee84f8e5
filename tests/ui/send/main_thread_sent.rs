//! The token proves which thread it is on: it cannot leave.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    std::thread::spawn(move || main.pump());
}
