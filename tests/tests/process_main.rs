//! Promise: `#[boc::main]` claims the thread, runs the function, and waits (pumping) for everything scheduled. Its
//! parameter is optional, and so is a `Result`.

use std::process::Command;

use boc_tests::{Finished, LIMIT, child};

fn run(program: &str, arguments: &[&str]) -> Finished {
    child(LIMIT, Command::new(program).args(arguments))
}

#[test]
fn with_its_token_it_pumps_until_everything_has_run() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-token"), &[]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout.lines().next(), Some("main is over"), "pinned work waits for a pump");
    assert!(finished.stdout.contains("drawn 385"), "{finished:?}");
    assert!(finished.stdout.contains("last true"), "{finished:?}");
}

#[test]
fn without_a_parameter_it_waits_for_everything() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-plain"), &[]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "total 4950\n");
}

#[test]
fn a_result_that_is_ok_is_success() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-result"), &["21"]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "got 21\ndoubled 42\n");
}

#[test]
fn an_error_is_the_exit_code_after_what_was_scheduled_has_run() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-result"), &["twenty"]);
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    assert_eq!(finished.stdout, "got twenty\n");
    assert!(finished.stderr.contains("InvalidDigit"), "{finished:?}");
}
