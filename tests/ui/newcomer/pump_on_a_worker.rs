//! Only the thread that claimed it pumps.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    std::thread::spawn(move || main.pump());
}
