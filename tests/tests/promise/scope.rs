//! Promise: a scope waits for exactly what was scheduled through it and what that schedules; its bodies may borrow.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use boc::prelude::*;
use boc::scope;
use boc_tests::{Gate, on_at_least, on_workers};

#[test]
fn bodies_borrow_locals_and_the_closures_value_comes_back() {
    on_workers(2, || {
        let words = vec!["some", "borrowed", "words"];
        let seen = AtomicUsize::new(0);
        let lengths = Cown::new(Vec::new());
        let value = scope(|s| {
            for word in &words {
                when!(in s; lengths, let seen = &seen => {
                    lengths.push(word.len());
                    seen.fetch_add(1, Ordering::SeqCst);
                });
            }
            words.len()
        });
        assert_eq!((value, seen.load(Ordering::SeqCst)), (3, 3));
        assert_eq!(lengths.try_into_inner().expect("nobody else"), [4, 8, 5]);
    });
}

#[test]
fn what_the_bodies_schedule_in_turn_is_waited_for() {
    on_workers(2, || {
        let count = Cown::new(0);
        let total = std::sync::Arc::new(AtomicUsize::new(0));
        scope(|s| {
            for _ in 0..20 {
                when!(in s; count, clone total => {
                    *count += 1;
                    when!(count, clone total => { // plain, but from a body of the scope
                        *count += 1;
                        when!(=> { total.fetch_add(1, Ordering::SeqCst); });
                    });
                });
            }
        });
        assert_eq!(total.load(Ordering::SeqCst), 20);
    });
}

#[test]
fn what_was_not_scheduled_through_it_is_not_waited_for() {
    on_at_least(2, || {
        let gate = Gate::new();
        let waiting = gate.clone();
        let outside = when!(=> waiting.pass());
        scope(|s| {
            when!(in s; => ());
        });
        assert!(!outside.is_finished());
        gate.open();
        outside.join().expect("runs");
    });
}

#[test]
fn the_first_panic_resumes_at_the_end_after_everything_ran() {
    on_workers(1, || {
        let ran = AtomicUsize::new(0);
        let cown = Cown::new(());
        let caught = catch_unwind(AssertUnwindSafe(|| {
            scope(|s| {
                when!(in s; cown => panic!("the first"));
                when!(in s; cown => panic!("the second"));
                let ran = &ran;
                when!(in s; cown => { ran.fetch_add(1, Ordering::SeqCst); });
            });
        }));
        assert_eq!(caught.expect_err("resumed").downcast_ref::<&str>(), Some(&"the first"));
        assert_eq!(ran.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_panic_of_the_closure_waits_too() {
    on_workers(1, || {
        let ran = AtomicUsize::new(0);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            scope(|s| {
                let ran = &ran;
                when!(in s; => { ran.fetch_add(1, Ordering::SeqCst); });
                panic!("out");
            })
        }));
        assert!(caught.is_err());
        assert_eq!(ran.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn scopes_nest_but_not_inside_a_body() {
    on_workers(2, || {
        let numbers = [1, 2, 3];
        let sum = scope(|outer| {
            let doubled = when!(in outer; => numbers.iter().sum::<i32>() * 2);
            let inner = scope(|inner| when!(in inner; => numbers.len()).join().expect("runs"));
            doubled.join().expect("runs") + inner as i32
        });
        assert_eq!(sum, 15);
        let refused = when!(=> scope(|_| ())).join().expect_err("refused");
        assert!(refused.message().contains("`scope` was called inside a behavior"), "{refused}");
    });
}

#[test]
fn a_scope_on_a_pumping_thread_pumps() {
    on_workers(1, || {
        let main = MainThread::claim().expect("the first");
        let canvas = PinnedCown::new(&main, std::rc::Rc::new(1));
        let drawn = AtomicUsize::new(0);
        scope(|s| {
            when!(in s; pinned canvas, let drawn = &drawn => {
                drawn.fetch_add(**canvas, Ordering::SeqCst);
            });
        });
        assert_eq!(drawn.load(Ordering::SeqCst), 1);
    });
}
