//! There is nothing to lock.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let mut value = cown.lock().unwrap();
    *value += 1;
}
