//! Promise: a result is itself something that a later behavior can request, exclusively or to read; that is how
//! work is chained.

use boc::prelude::*;
use boc_tests::{Gate, on_at_least, on_workers};

#[test]
fn a_later_behavior_waits_for_the_result_and_sees_it() {
    on_workers(2, || {
        let gate = Gate::new();
        let first = when!(clone gate => { gate.pass(); 20 });
        let second = when!(first => *first + 1);
        assert!(!second.is_finished());
        gate.open();
        assert_eq!(second.join().unwrap(), 21);
    });
}

#[test]
fn a_chain_of_promises_runs_in_order() {
    on_workers(2, || {
        let mut promise = when!(=> vec![0]);
        for i in 1..100 {
            promise = when!(promise => {
                let mut all = std::mem::take(&mut *promise);
                all.push(i);
                all
            });
        }
        assert_eq!(promise.join().unwrap(), (0..100).collect::<Vec<_>>());
    });
}

#[test]
fn many_promises_fan_in_to_one_behavior() {
    on_workers(4, || {
        let parts: Vec<Promise<u64>> = (0..100).map(|i| when!(=> i * i)).collect();
        let total = when!(read parts => parts.iter().sum::<u64>());
        assert_eq!(total.join().unwrap(), (0..100).map(|i| i * i).sum::<u64>());
    });
}

#[test]
fn one_promise_fans_out_to_many_readers() {
    on_workers(4, || {
        let source = when!(=> String::from("shared"));
        let readers: Vec<_> = (0..10).map(|i| when!(read source => source.len() + i)).collect();
        for (i, reader) in readers.into_iter().enumerate() {
            assert_eq!(reader.join().unwrap(), 6 + i);
        }
        assert_eq!(source.join().unwrap(), "shared");
    });
}

#[test]
fn readers_of_a_promise_overlap() {
    on_at_least(2, || {
        let source = when!(=> 4);
        let both = std::sync::Arc::new(std::sync::Barrier::new(2));
        let meet = || {
            let both = std::sync::Arc::clone(&both);
            when!(read source => { both.wait(); *source })
        };
        // One after the other they would wait for each other for ever.
        let (one, other) = (meet(), meet());
        assert_eq!(one.join().unwrap() + other.join().unwrap(), 8);
    });
}

#[test]
fn an_exclusive_request_may_change_the_result_for_those_after_it() {
    on_workers(2, || {
        let promise = when!(=> 1);
        for _ in 0..10 {
            when!(promise => *promise *= 2);
        }
        assert_eq!(when!(read promise => *promise).join().unwrap(), 1024);
        assert_eq!(promise.join().unwrap(), 1024);
    });
}

#[test]
fn a_promise_and_cowns_mix_in_one_set() {
    on_workers(4, || {
        let (total, rate) = (Cown::new(0), Cown::new(3));
        for i in 0..100 {
            let part = when!(=> i);
            when!(total, part, read rate => *total += *part * *rate);
        }
        quiesce();
        assert_eq!(when!(total => *total).join().unwrap(), 3 * 4950);
    });
}

#[test]
fn a_result_that_is_taken_fails_those_that_ask_later_with_taken() {
    on_workers(2, || {
        let promise = when!(=> 1);
        let other = promise.clone();
        promise.join().unwrap();
        let failure = when!(other => *other).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Taken);
    });
}

#[test]
fn requests_made_before_the_join_are_served_before_the_value_is_taken() {
    on_workers(2, || {
        let gate = Gate::new();
        let promise = when!(clone gate => { gate.pass(); String::from("value") });
        let length = when!(read promise => promise.len());
        gate.open();
        assert_eq!(length.join().unwrap(), 5);
        assert_eq!(promise.join().unwrap(), "value");
    });
}

#[test]
fn a_body_may_return_a_promise_and_the_outer_result_hands_it_out() {
    on_workers(2, || {
        let cown = Cown::new(5);
        let outer = when!(cown => { *cown += 1; when!(cown => *cown * 2) });
        let inner = outer.join().unwrap();
        assert_eq!(inner.join().unwrap(), 12);
    });
}

#[test]
fn a_promise_whose_handle_is_dropped_still_runs_its_body() {
    on_workers(2, || {
        let cown = Cown::new(0);
        drop(when!(cown => *cown = 9));
        let _ = when!(cown => *cown += 1);
        assert_eq!(when!(cown => *cown).join().unwrap(), 10);
    });
}
