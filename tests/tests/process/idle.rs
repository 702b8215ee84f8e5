//! Promise: an idle program uses no processor time: nobody spins, neither a worker without work nor a thread that
//! waits. A count of clock ticks over two idle seconds, not a timing: five of two hundred are a generous nothing.
#![cfg(target_os = "linux")]

use std::process::Command;

use boc_tests::{LIMIT, child};

fn ticks_of(kind: &str) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program-idle"));
    let finished = child(LIMIT, command.arg(kind).env("BOC_WORKERS", "8"));
    assert!(finished.status.success(), "{finished:?}");
    let ticks = finished.stdout.trim().strip_prefix("ticks ").expect("a number of ticks");
    ticks.parse().expect("a number")
}

/// How often the waiting thread went to sleep in those two seconds.
fn sleeps_of(kind: &str) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program-idle"));
    let finished = child(LIMIT, command.arg(kind).env("BOC_WORKERS", "2"));
    assert!(finished.status.success(), "{finished:?}");
    let sleeps = finished.stdout.trim().strip_prefix("sleeps ").expect("a number of sleeps");
    sleeps.parse().expect("a number")
}

/// A wait that pumps nothing sleeps until it is woken. It woke 20 times a second once.
#[test]
fn a_wait_sleeps_once() {
    for kind in ["sleeps-join", "sleeps-quiesce", "sleeps-scope"] {
        let sleeps = sleeps_of(kind);
        assert!(sleeps < 10, "{kind}: {sleeps} sleeps in two seconds");
    }
    // Where there is a poll it is seen: two seconds have forty intervals.
    let sleeps = sleeps_of("sleeps-home");
    assert!(sleeps > 20, "{sleeps} sleeps of a wait that pumps");
}

fn costs_nothing(kind: &str) {
    let ticks = ticks_of(kind);
    assert!(ticks < 5, "{kind}: {ticks} ticks of processor time in two idle seconds");
}

#[test]
fn with_nothing_to_do() {
    costs_nothing("nothing");
}

#[test]
fn while_a_thread_joins_a_body_that_sleeps() {
    costs_nothing("join");
}

#[test]
fn while_a_home_thread_joins_a_body_that_sleeps() {
    costs_nothing("home");
}

#[test]
fn with_work_that_cannot_run_yet() {
    costs_nothing("queued");
}
