//! Promise: a panic in a body is caught; its cowns are released, not poisoned; its promise holds the failure, which
//! spreads to the behaviors that request that promise; workers live on. (Drops that panic: `promise_panic_in_drop`.)

use std::any::Any;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use boc::prelude::*;
use boc_tests::{message_of, on_workers};

/// The payload that `failure` goes on with.
fn resumed(failure: Failure) -> Box<dyn Any + Send> {
    let resume = || -> () { failure.resume() };
    catch_unwind(AssertUnwindSafe(resume)).expect_err("resume panics")
}

#[test]
fn a_panic_becomes_the_promises_failure() {
    on_workers(1, || {
        let cown = Cown::new(5);
        let failure =
            when!(cown => { if *cown == 5 { panic!("five is {}", *cown) } *cown }).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Panicked);
        let said = failure.to_string();
        assert!(said.contains("five is 5"), "{said}");
    });
}

#[test]
fn a_failure_names_what_was_said_and_which_when_it_was() {
    on_workers(1, || {
        let (promise, line): (Promise<()>, _) = (when!(=> panic!("here")), line!());
        let failure = promise.join().unwrap_err();
        assert_eq!(failure.message(), "here");
        let place = failure.location().expect("a panicked behavior has a place");
        assert_eq!((place.file(), place.line()), (file!(), line));
        assert!(failure.to_string().contains(file!()), "{failure}");
    });
}

#[test]
fn a_failure_that_spreads_keeps_the_place_it_came_from() {
    on_workers(1, || {
        let (source, line): (Promise<()>, _) = (when!(=> panic!("the source")), line!());
        let next = when!(source => *source);
        let last = when!(next => *next);
        let failure = last.join().unwrap_err();
        assert_eq!(failure.message(), "the source");
        assert_eq!(failure.location().map(|place| place.line()), Some(line));
    });
}

#[test]
fn the_cowns_of_a_panicked_body_are_released_and_keep_what_was_written() {
    on_workers(1, || {
        let (a, b) = (Cown::new(1), Cown::new(1));
        let failed = when!(a, b => {
            *a = 2;
            if *b == 1 {
                panic!("between two writes");
            }
            *b = 2;
        });
        assert_eq!(when!(a, b => (*a, *b)).join().unwrap(), (2, 1));
        assert!(failed.join().is_err());
    });
}

#[test]
fn readers_and_groups_are_released_after_a_panic_too() {
    on_workers(2, || {
        let (cowns, shared) = ([Cown::new(0), Cown::new(0)], Cown::new(0));
        for i in 0..200 {
            when!(cowns, read shared => {
                cowns[0] += 1;
                assert!(i + *shared < 0, "on purpose");
                cowns[1] += 1;
            });
        }
        when!(shared => *shared = 1);
        assert_eq!(when!(cowns, shared => (cowns[0], cowns[1], *shared)).join().unwrap(), (200, 0, 1));
    });
}

#[test]
fn workers_survive_any_number_of_panics() {
    on_workers(2, || {
        let promises: Vec<_> = (0..500).map(|i| when!(=> assert!(i % 2 == 0, "odd: {i}"))).collect();
        let failed = promises.into_iter().filter_map(|promise| promise.join().err()).count();
        assert_eq!(failed, 250);
        assert_eq!(when!(=> 1).join().unwrap(), 1);
    });
}

#[test]
fn a_behavior_that_requests_a_failed_promise_does_not_run() {
    on_workers(2, || {
        let ran = Arc::new(AtomicUsize::new(0));
        let failing: Promise<u32> = when!(=> panic!("the source"));
        let (one, two) = (failing.clone(), failing.clone());
        let direct = when!(one, clone ran => { ran.fetch_add(1, Ordering::SeqCst); *one });
        let reading = when!(read two, clone ran => { ran.fetch_add(1, Ordering::SeqCst); *two });
        let beyond = when!(direct, clone ran => { ran.fetch_add(1, Ordering::SeqCst); *direct });
        for failure in [failing.join(), reading.join(), beyond.join()].map(Result::unwrap_err) {
            assert_eq!(failure.kind(), FailureKind::Panicked);
            assert!(failure.to_string().contains("the source"), "{failure}");
        }
        assert_eq!(ran.load(Ordering::SeqCst), 0);
    });
}

#[test]
fn the_other_cowns_of_a_behavior_that_does_not_run_are_released() {
    on_workers(2, || {
        let (cown, shared) = (Cown::new(0), Cown::new(0));
        let failing: Promise<i32> = when!(=> panic!("the source"));
        when!(cown, failing, read shared => *cown += *failing + *shared);
        when!(cown, shared => { *cown += 1; *shared += 1; });
        assert_eq!(when!(cown, read shared => (*cown, *shared)).join().unwrap(), (1, 1));
    });
}

#[test]
fn one_failed_promise_in_a_group_fails_the_whole_behavior() {
    on_workers(2, || {
        let parts: Vec<Promise<usize>> =
            (0..10).map(|i| when!(=> { assert!(i != 6, "number six"); i })).collect();
        let failure = when!(read parts => parts.iter().sum::<usize>()).join().unwrap_err();
        assert!(failure.to_string().contains("number six"), "{failure}");
    });
}

#[test]
fn captures_of_a_behavior_that_does_not_run_are_dropped() {
    on_workers(1, || {
        let drops = boc_tests::Drops::new();
        let failing: Promise<()> = when!(=> panic!("the source"));
        when!(failing, let token = drops.token() => { let _ = (&failing, &token); });
        quiesce();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn a_failure_is_an_error_that_can_be_cloned_sent_and_resumed() {
    fn error<E: Error + Clone + Send + Sync + 'static>(error: E) -> E {
        error
    }
    on_workers(1, || {
        let failing: Promise<()> = when!(=> std::panic::panic_any(String::from("payload")));
        let failure = error(failing.join().unwrap_err());
        let copy = failure.clone();
        assert_eq!(copy.kind(), failure.kind());
        let payload = resumed(failure);
        assert_eq!(message_of(&*payload), "payload");
    });
}

#[test]
fn a_payload_that_is_no_message_is_kept_for_resume() {
    on_workers(1, || {
        let failing: Promise<()> = when!(=> std::panic::panic_any(42_u64));
        let failure = failing.join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Panicked);
        let payload = resumed(failure);
        assert_eq!(payload.downcast_ref::<u64>(), Some(&42));
    });
}

#[test]
fn a_panic_in_a_nested_behavior_fails_only_that_one() {
    on_workers(1, || {
        let cown = Cown::new(0);
        let outer = when!(cown => {
            *cown = 1;
            when!(cown => if *cown == 1 { panic!("inner") })
        });
        let inner = outer.join().unwrap();
        assert!(inner.join().unwrap_err().to_string().contains("inner"));
        assert_eq!(when!(cown => *cown).join().unwrap(), 1);
    });
}
