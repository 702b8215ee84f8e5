//! Promise: dropping a runtime cancels what has not started, anywhere, in a body of its own included: promises fail with
//! `Cancelled`, captures are dropped, cowns are released in order, nothing hangs and nothing runs twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, Gate, on_home, on_workers};
use parking_lot::Mutex;

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("a runtime")
}

#[test]
fn what_has_not_started_is_cancelled_and_its_captures_are_dropped() {
    on_workers(1, || {
        let (ours, gate, drops) = (runtime(1), Gate::new(), Drops::new());
        let passing = gate.clone();
        let running = ours.when((), move |()| passing.pass());
        gate.until_waiting(1);
        let cown = Cown::new(0);
        let waiting: Vec<_> = (0..100)
            .map(|_| {
                let token = drops.token();
                when!(in ours; cown => { let _ = &token; *cown += 1; })
            })
            .collect();
        let opening = gate.clone();
        let opener = std::thread::spawn(move || opening.open());
        drop(ours); // waits for the body that runs
        opener.join().expect("no panic");
        running.join().expect("it had started");
        let cancelled = waiting.into_iter().filter_map(|promise| promise.join().err());
        let cancelled =
            cancelled.inspect(|failure| assert_eq!(failure.kind(), FailureKind::Cancelled)).count();
        assert_eq!(drops.count(), 100);
        let ran = when!(cown => *cown).join().expect("the cown is free");
        assert_eq!(cancelled + ran, 100, "each either ran or was cancelled");
    });
}

#[test]
fn a_runtime_dropped_in_its_own_body_ends_by_itself() {
    on_workers(1, || {
        for workers in [1, 2] {
            let place = Arc::new(Mutex::new(None));
            let ran = Arc::new(AtomicUsize::new(0));
            let ours = runtime(workers);
            let cown = Cown::new(());
            let gate = Gate::new();
            let (passing, taking) = (gate.clone(), Arc::clone(&place));
            let dropped = when!(in ours; cown => {
                let _ = &cown;
                passing.pass();
                drop(taking.lock().take());
            });
            let counting = Arc::clone(&ran);
            let after = when!(in ours; cown => {
                let _ = &cown;
                counting.fetch_add(1, Ordering::SeqCst);
            });
            *place.lock() = Some(ours);
            gate.open();
            dropped.join().expect("the body that drops it ends as usual");
            assert_eq!(after.join().expect_err("not started").kind(), FailureKind::Cancelled);
            assert_eq!(ran.load(Ordering::SeqCst), 0);
            when!(cown => { let _ = &cown; }).join().expect("the cown is free");
        }
    });
}

/// Each would wait for a thread that waits for it: once a deadlock.
#[test]
fn runtimes_that_drop_each_other_in_their_bodies_do_not_wait_in_a_circle() {
    on_workers(1, || {
        for circle in [2, 3] {
            let places: Vec<_> = (0..circle).map(|_| Arc::new(Mutex::new(Some(runtime(1))))).collect();
            let together = Arc::new(Barrier::new(circle));
            let dropped: Vec<_> = (0..circle)
                .map(|at| {
                    let (together, next) = (Arc::clone(&together), Arc::clone(&places[(at + 1) % circle]));
                    let ours = places[at].lock();
                    ours.as_ref().expect("not dropped yet").when((), move |()| {
                        together.wait();
                        drop(next.lock().take());
                    })
                })
                .collect();
            dropped.into_iter().for_each(|promise| promise.join().expect("ends as usual"));
        }
    });
}

/// The behavior waits for a cown that another runtime holds. Its promise fails when its own runtime
/// goes; its place in the queue is passed on when its turn comes.
#[test]
fn a_behavior_that_waits_when_its_runtime_goes_is_cancelled_at_once() {
    on_workers(1, || {
        let (gate, drops) = (Gate::new(), Drops::new());
        let (cown, free) = (Cown::new(1), Cown::new(1));
        let passing = gate.clone();
        when!(cown => {
            let _ = &cown;
            passing.pass();
        });
        let ours = runtime(1);
        let token = drops.token();
        let late = when!(in ours; cown, free => { let _ = (&token, &free); *cown += 1; });
        let behind = when!(cown, free => *cown + *free);
        drop(ours);
        assert!(late.is_finished());
        assert_eq!(drops.count(), 1);
        assert!(!behind.is_finished());
        gate.open();
        let failure = late.join().expect_err("its runtime has ended");
        assert_eq!(failure.kind(), FailureKind::Cancelled);
        assert_eq!(failure.message(), "cancelled before it ran: its runtime has ended");
        assert_eq!(behind.join().expect("the cowns are handed on"), 2);
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn pinned_behaviors_of_a_dropped_runtime_are_cancelled_without_a_pump() {
    on_home(1, |main| {
        let ours = runtime(1);
        let canvas = PinnedCown::new(main, 0);
        let never = when!(in ours; pinned canvas => *canvas += 1);
        drop(ours);
        assert!(never.is_finished());
        assert_eq!(main.pump().executed, 0);
        assert_eq!(never.join().expect_err("cancelled").kind(), FailureKind::Cancelled);
        assert_eq!(main.with(&canvas, |canvas| *canvas), Ok(0));
    });
}

#[test]
fn a_thousand_runtimes_come_and_go() {
    on_workers(1, || {
        let cown = Cown::new(0);
        for _ in 0..1000 {
            let ours = runtime(1);
            when!(in ours; cown => *cown += 1);
        }
        let ran = when!(cown => *cown).join().expect("free");
        assert!(ran <= 1000);
    });
}
