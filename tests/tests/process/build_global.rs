//! Promise: a program may set up the global runtime, once, before anything uses it: workers, names, stacks, hooks;
//! later it is a clear error. Asking for the global runtime starts no thread.

use std::process::Command;

use boc_tests::{Finished, LIMIT, child};

fn program(how: &str) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program-build-global"));
    let finished = child(LIMIT, command.arg(how).env("BOC_WORKERS", "1"));
    assert!(finished.status.success(), "{finished:?}");
    finished
}

/// The error says what is wrong and what to do.
fn refusals(how: &str) -> usize {
    let finished = program(how);
    for line in finished.stdout.lines() {
        assert!(line.starts_with("the global runtime is set up already"), "{line}");
        assert!(line.contains("first thing in `main`") && line.contains("`enter`"), "{line}");
    }
    finished.stdout.lines().count()
}

#[test]
fn it_has_what_the_builder_says_and_has_it_again_after_a_wait() {
    assert_eq!(program("once").stdout, "app\n");
}

#[test]
fn a_second_one_is_an_error() {
    assert_eq!(refusals("twice"), 2);
}

#[test]
fn one_after_the_first_use_is_an_error() {
    assert_eq!(refusals("late"), 1);
    assert_eq!(refusals("asked"), 1);
}

#[test]
fn under_boc_main_it_is_for_the_program_unless_the_attribute_has_done_it() {
    assert_eq!(program("main").stdout, "true\n");
    assert_eq!(refusals("main-workers"), 1);
}

#[test]
fn one_that_fails_leaves_the_usual_one() {
    assert_eq!(program("fails").stdout, "the usual one\n");
}

#[test]
#[cfg(target_os = "linux")]
fn asking_for_the_global_runtime_starts_nothing() {
    assert_eq!(program("unused").stdout, "started\n");
}
