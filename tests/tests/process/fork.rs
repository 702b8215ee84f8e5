//! Promise: in the child of a fork what needs the parent's threads is a panic that says what to do; a
//! runtime of the child's own works, and so does the global one if it was waited for before.
#![cfg(unix)]

use std::process::Command;

use boc_tests::{LIMIT, child};

#[test]
fn a_fork_is_told_what_to_do_and_the_parent_goes_on() {
    let finished = child(LIMIT, &mut Command::new(env!("CARGO_BIN_EXE_program-fork")));
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "all is decided\n");
}
