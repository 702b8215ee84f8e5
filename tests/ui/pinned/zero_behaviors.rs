//! A limit of nothing does not exist.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    main.pump_with(PumpLimits::new().max_behaviors(0));
}
