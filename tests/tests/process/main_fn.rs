//! Promise: `#[boc::main]` claims the thread, runs the function, and waits (pumping) for everything scheduled. Its
//! parameter is optional, and so is a `Result`, whose error gives up what has not started; its options say how many
//! workers there are.

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
fn a_result_that_is_ok_is_success_and_waits() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-result"), &["21"]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "doubled 42\n");
}

#[test]
fn an_error_is_printed_and_is_the_exit_code() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-result"), &["twenty"]);
    assert_eq!(finished.status.code(), Some(1), "{finished:?}");
    assert_eq!(finished.stdout, "");
    assert_eq!(finished.stderr, "Error: Custom { kind: Other, error: \"twenty is no number\" }\n");
}

/// Everything else that was scheduled: not started, so it is skipped, whatever it waits for. The program checks it.
#[test]
fn after_an_error_what_has_not_started_is_cancelled() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-fails"), &[]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "Err(\"given up\")\nall is decided\n");
}

#[test]
fn after_a_panic_too() {
    let finished = run(env!("CARGO_BIN_EXE_program-main-fails"), &["panic"]);
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "panicked: lost\nall is decided\n");
}

#[test]
fn an_option_says_how_many_workers_there_are() {
    let program = env!("CARGO_BIN_EXE_program-main-options");
    for (which, workers) in [("token and result", 4), ("nothing", 4), ("renamed", 3), ("5", 5)] {
        // Not what the environment says.
        let finished = child(LIMIT, Command::new(program).arg(which).env("BOC_WORKERS", "1"));
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(finished.stdout, format!("{workers} threads met\n"));
    }
}

#[test]
fn a_number_of_workers_that_makes_no_sense_is_a_clear_error() {
    for bad in ["0", "100000"] {
        let finished = run(env!("CARGO_BIN_EXE_program-main-options"), &[bad]);
        assert_eq!(finished.status.code(), Some(2), "{finished:?}");
        assert_eq!(finished.stdout, "");
        assert_eq!(finished.stderr, format!("error: a runtime has 1 to 32767 workers, not {bad}\n"));
    }
}
