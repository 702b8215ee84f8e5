//! Promise: in the destructor of a thread-local every call works or says why it does not; it never
//! panics, for that would end the process. And a process that ends inside of `with`, or in a body,
//! leaves alone what is in use there.

use std::process::Command;

use boc_tests::{LIMIT, child};

fn run(kind: &str) -> String {
    let finished = child(LIMIT, Command::new(env!("CARGO_BIN_EXE_program-thread-ends")).arg(kind));
    assert!(finished.status.success(), "{kind}: {finished:?}");
    finished.stdout
}

/// What each call gives but for `claim`, which is refused once the thread's claim is gone.
const GIVEN: [&str; 10] = [
    "when: scheduled",
    "join: Ok(1)",
    "quiesce: Ok(())",
    "scope: 2",
    "batch: Ok(3)",
    "resolve: Ok(2)",
    "abandon: Err(Abandoned)",
    "await: true",
    "drop: dropped",
    "runtime: Ok(2)",
];

fn every_call_works_on(kind: &str) {
    let said = run(kind);
    for when in ["before", "after"] {
        for given in GIVEN {
            assert!(said.contains(&format!("{when} {given}\n")), "{kind}, {when} {given}:\n{said}");
        }
    }
    assert!(said.contains("before claim: pumped 2\n"), "{kind}:\n{said}");
    let refused = "after claim: a MainThread cannot be claimed on a thread that ends";
    // On the main thread a test may not say which of the two is dropped first.
    assert!(said.contains(refused) || kind == "main", "{kind}:\n{said}");
}

#[test]
fn on_a_thread_that_has_not_used_boc() {
    every_call_works_on("untouched");
}

#[test]
fn on_a_plain_thread() {
    every_call_works_on("plain");
}

#[test]
fn on_a_home() {
    every_call_works_on("home");
}

#[test]
fn on_a_worker() {
    every_call_works_on("worker");
}

/// Where the system drops them there.
#[cfg(target_os = "linux")]
#[test]
fn on_the_main_thread() {
    every_call_works_on("main");
}

#[test]
fn exit_inside_with_does_not_drop_what_is_lent() {
    let said = run("exit-in-with");
    assert!(said.starts_with("exit while the value is lent\n"), "{said}");
    assert!(!said.contains("the value is dropped"), "{said}");
}

#[test]
fn exit_in_a_body_does_not_drop_what_the_body_holds() {
    let said = run("exit-in-a-body");
    assert!(said.contains("exit while the value is held\n"), "{said}");
    assert!(!said.contains("the value is dropped"), "{said}");
}

/// A token in a thread-local is dropped by `exit`, while its values are in use.
#[test]
fn exit_does_not_drop_what_is_in_use_with_the_token_in_a_thread_local() {
    for (kind, said_first) in [
        ("exit-in-with-token", "exit while the value is lent\n"),
        ("exit-in-a-body-token", "exit while the value is held\n"),
    ] {
        let said = run(kind);
        assert!(said.starts_with(said_first), "{said}");
        assert!(!said.contains("the value is dropped"), "{said}");
    }
}

#[test]
fn what_is_scheduled_after_exit_has_dropped_the_entered_runtime_is_cancelled() {
    let said = run("exit-in-enter");
    assert_eq!(said, "when: Err(\"cancelled before it ran: its runtime has ended\")\n");
}
