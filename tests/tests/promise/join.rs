//! Promise: `join` blocks until the result is there and takes it; `join_timeout` hands the promise back when it is
//! late; waiting in a body is refused at once, with the way out in the message.

use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_tests::{Gate, on_workers, panic_message};

#[test]
fn join_returns_the_bodys_result() {
    on_workers(2, || {
        let word = Cown::new(String::from("cown"));
        let long = when!(word => { word.push('s'); word.len() });
        assert_eq!(long.join().unwrap(), 5);
        assert_eq!(when!(word => std::mem::take(&mut *word)).join().unwrap(), "cowns");
        assert_eq!(when!(=> ()).join().unwrap(), ());
    });
}

#[test]
fn join_waits_for_a_body_that_is_not_done() {
    on_workers(1, || {
        let gate = Gate::new();
        let promise = when!(clone gate => { gate.pass(); 7 });
        gate.until_waiting(1);
        assert!(!promise.is_finished());
        let opener = std::thread::spawn(move || gate.open());
        assert_eq!(promise.join().unwrap(), 7);
        opener.join().unwrap();
    });
}

#[test]
fn a_promise_can_be_joined_on_any_thread() {
    on_workers(2, || {
        let promise = when!(=> vec![1, 2, 3]);
        let elsewhere = std::thread::spawn(move || promise.join().unwrap());
        assert_eq!(elsewhere.join().unwrap(), [1, 2, 3]);
    });
}

#[test]
fn join_timeout_gives_the_promise_back_and_it_can_be_joined_again() {
    on_workers(1, || {
        let gate = Gate::new();
        let promise = when!(clone gate => { gate.pass(); String::from("late") });
        let before = Instant::now();
        let promise = promise.join_timeout(Duration::from_millis(20)).unwrap_err();
        assert!(before.elapsed() >= Duration::from_millis(20), "gave up early");
        let promise = promise.join_timeout(Duration::ZERO).unwrap_err();
        gate.open();
        let result = promise.join_timeout(Duration::from_secs(60));
        assert_eq!(result.unwrap().unwrap(), "late");
    });
}

#[test]
fn join_timeout_of_something_finished_does_not_wait() {
    on_workers(1, || {
        let promise = when!(=> 3);
        quiesce();
        assert_eq!(promise.join_timeout(Duration::ZERO).unwrap().unwrap(), 3);
    });
}

#[test]
fn is_finished_turns_true_once_and_stays() {
    on_workers(2, || {
        let gate = Gate::new();
        let promise = when!(clone gate => gate.pass());
        assert!(!promise.is_finished());
        gate.open();
        quiesce();
        assert!(promise.is_finished());
        assert!(promise.clone().is_finished());
        promise.join().unwrap();
    });
}

#[test]
fn the_second_join_of_a_promise_finds_the_value_taken() {
    on_workers(2, || {
        let promise = when!(=> String::from("once"));
        let other = promise.clone();
        assert_eq!(promise.join().unwrap(), "once");
        assert_eq!(other.join().unwrap_err().kind(), FailureKind::Taken);
    });
}

#[test]
fn of_many_threads_that_join_one_promise_exactly_one_gets_the_value() {
    on_workers(2, || {
        let gate = Gate::new();
        let promise = when!(clone gate => { gate.pass(); 5 });
        let joiners: Vec<_> = (0..4)
            .map(|_| {
                let promise = promise.clone();
                std::thread::spawn(move || promise.join())
            })
            .collect();
        gate.open();
        let results: Vec<_> = joiners.into_iter().map(|joiner| joiner.join().unwrap()).collect();
        assert_eq!(results.iter().filter(|result| matches!(result, Ok(5))).count(), 1, "{results:?}");
        let taken = |result: &&Result<i32, Failure>| {
            result.as_ref().is_err_and(|failure| failure.kind() == FailureKind::Taken)
        };
        assert_eq!(results.iter().filter(taken).count(), 3, "{results:?}");
    });
}

#[test]
fn join_in_a_body_is_refused_at_once_and_says_what_to_write() {
    on_workers(1, || {
        let inner = when!(=> 1);
        // One worker: a join that waited here would wait for ever.
        let message = when!(let inner = inner => panic_message(|| inner.join())).join().unwrap();
        assert!(message.contains("join"), "{message}");
        assert!(message.contains("request"), "does not say to request the promise: {message}");
    });
}

/// Finished or not makes no difference: code that works only when the result happens to be there is a trap.
#[test]
fn join_in_a_body_is_refused_for_a_finished_promise_too() {
    on_workers(1, || {
        let inner = when!(=> 1);
        quiesce();
        let message = when!(let inner = inner => panic_message(|| inner.join())).join().unwrap();
        assert!(message.contains("request"), "{message}");
    });
}

#[test]
fn join_timeout_in_a_body_is_refused_too() {
    on_workers(1, || {
        let inner = when!(=> 1);
        let late = Duration::from_millis(1);
        let message = when!(let inner = inner => panic_message(|| inner.join_timeout(late))).join().unwrap();
        assert!(message.contains("request"), "{message}");
    });
}

#[test]
fn waiting_for_quiet_in_a_body_is_refused() {
    on_workers(1, || {
        let quiet = when!(=> panic_message(quiesce)).join().unwrap();
        assert!(quiet.contains("quiesce"), "{quiet}");
        let bounded =
            when!(=> panic_message(|| boc::quiesce_timeout(Duration::from_secs(1)))).join().unwrap();
        assert!(bounded.contains("quiesce"), "{bounded}");
        let end = when!(=> panic_message(boc::wait)).join().unwrap();
        assert!(end.contains("wait"), "{end}");
    });
}

#[test]
fn a_body_that_tried_to_wait_leaves_the_worker_alive() {
    on_workers(1, || {
        let inner = when!(=> 1);
        let refused = when!(let inner = inner => inner.join().unwrap());
        assert_eq!(refused.join().unwrap_err().kind(), FailureKind::Panicked);
        assert_eq!(when!(=> 2).join().unwrap(), 2);
    });
}

/// Once it took the place that the first wait had left in the queue, before what was scheduled since.
#[test]
fn a_wait_that_was_over_keeps_no_place_before_what_is_scheduled_next() {
    for readers in [false, true] {
        on_workers(2, || {
            let (resolver, slow) = Promise::new();
            let slow = slow.join_timeout(Duration::ZERO).unwrap_err();
            let next = if readers { when!(read slow => *slow + 1) } else { when!(slow => *slow + 1) };
            let slow = slow.join_timeout(Duration::ZERO).unwrap_err();
            let last = when!(slow, next => *slow + *next);
            let other = slow.clone();
            resolver.resolve(7);
            assert_eq!(slow.join().unwrap(), 7);
            assert_eq!(last.join().unwrap(), 15);
            assert_eq!(next.join().unwrap(), 8);
            assert_eq!(other.join().unwrap_err().kind(), FailureKind::Taken);
        });
    }
}

/// The old place may be granted while the handle comes back to it: then it is passed on.
#[test]
fn a_wait_that_comes_back_while_the_promise_is_finished_comes_behind_what_is_scheduled() {
    on_workers(2, || {
        for round in 0..2_000 {
            let mut slow = when!(=> round);
            let mut seen = Vec::new();
            let result = loop {
                // Not for ever: what is scheduled may come faster than the workers run it.
                if seen.len() == 4 {
                    break slow.join();
                }
                match slow.join_timeout(Duration::ZERO) {
                    Ok(result) => break result,
                    Err(late) => slow = late,
                }
                seen.push(when!(read slow => *slow));
            };
            assert_eq!(result.unwrap(), round);
            for seen in seen {
                assert_eq!(seen.join().expect("scheduled before the wait that took the value"), round);
            }
        }
    });
}
