//! `#[boc::main]` without a parameter: the thread is claimed all the same, and everything scheduled is waited for.

use boc::prelude::*;

/// What somebody wrote above their `main` stays.
#[boc::main]
fn main() {
    assert!(MainThread::claim().is_err(), "claimed already");
    let total = Cown::new(0);
    for i in 0..100 {
        when!(total => {
            *total += i;
            if i == 99 {
                println!("total {}", *total);
            }
        });
    }
}
