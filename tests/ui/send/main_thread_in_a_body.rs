//! A body that captures the token.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let cown = Cown::new(1);
    when!(cown => {
        *cown += 1;
        drop(main);
    });
}
