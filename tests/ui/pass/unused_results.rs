//! Nothing has to be done with a promise, or with what a pump or an exploration tells, and nothing
//! warns when a body ignores a guard.

#![deny(warnings)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => *a += 1);
    when!(a, read b => *a);
    when!(a => {});
    when(&a, |_| ());
    quiesce();
    boc::explore(1, |_| ());
    let main = MainThread::claim().unwrap();
    main.pump();
    main.pump_with(PumpLimits::new());
}
