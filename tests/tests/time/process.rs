//! What is decided once per process: the timer thread, and a fork. `programs/timers.rs` is the program.
#![cfg(target_os = "linux")]

use std::process::Command;

use boc_tests::{LIMIT, child};

#[test]
fn one_thread_which_the_first_timer_starts_and_the_end_joins() {
    let finished = child(LIMIT, &mut Command::new(env!("CARGO_BIN_EXE_program-timers")));
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "all is decided\n");
}
