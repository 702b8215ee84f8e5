//! Promise: the global runtime starts with the first `when`, with as many workers as `BOC_WORKERS` says; `wait` ends
//! it and the next `when` starts it afresh; a bad `BOC_WORKERS` is a clear error, not a hang.

use std::process::Command;

use boc_tests::{Finished, LIMIT, child};

fn global(arguments: &[&str], workers: Option<&str>) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program-global"));
    command.args(arguments);
    if let Some(workers) = workers {
        command.env("BOC_WORKERS", workers);
    }
    child(LIMIT, &mut command)
}

#[test]
fn boc_workers_is_how_many_there_are() {
    for workers in ["1", "2", "5"] {
        let finished = global(&["workers", workers], Some(workers));
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(finished.stdout, format!("met {workers}\n"));
    }
}

#[test]
fn without_it_there_are_as_many_as_the_machine_runs_at_once() {
    let available = std::thread::available_parallelism().expect("a number").to_string();
    let finished = global(&["workers", &available], None);
    assert!(finished.status.success(), "{finished:?}");
}

#[test]
fn a_bad_boc_workers_is_a_clear_error() {
    for bad in ["zero", "0", "-1", "", "2.5", "99999999999999999999"] {
        let finished = global(&["leave"], Some(bad));
        assert!(!finished.status.success(), "BOC_WORKERS={bad:?} was accepted: {finished:?}");
        assert!(finished.status.code().is_some(), "killed by a signal: {finished:?}");
        assert!(finished.stderr.contains("BOC_WORKERS"), "does not name the variable: {finished:?}");
        assert!(finished.stderr.contains(bad), "does not quote the value: {finished:?}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn wait_joins_the_threads_and_the_next_when_starts_afresh() {
    let finished = global(&["fresh"], Some("3"));
    assert!(finished.status.success(), "{finished:?}");
    assert_eq!(finished.stdout, "five rounds\n");
}

#[test]
fn a_program_that_does_not_wait_ends_all_the_same() {
    for how in ["leave", "exit-in-flight"] {
        let finished = global(&[how], Some("2"));
        assert!(finished.status.success(), "{finished:?}");
        assert_eq!(finished.stdout, "left\n");
    }
}
