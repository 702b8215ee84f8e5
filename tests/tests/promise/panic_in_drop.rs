//! Promise: a panic payload, a captured value, a result or a cown's value whose `Drop` panics neither takes a worker
//! down nor loses a wake-up: what waits for the same cowns still runs, and quiescence still comes.

use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};

use boc::prelude::*;
use boc_tests::{Bomb, Drops, Gate, on_workers};

/// After whatever went before, one worker runs behaviors on `cown`, in order, and quiesces.
fn still_alive(cown: &Cown<u32>) {
    when!(cown => *cown = 1);
    when!(cown => *cown += 1);
    quiesce();
    assert_eq!(when!(cown => *cown).join().unwrap(), 2);
}

#[test]
fn payload() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        for nested in 0..3 {
            when!(cown, let bomb = Bomb::nested(&drops, nested) => {
                *cown += 1;
                panic_any(bomb);
            });
            still_alive(&cown);
        }
        assert!(drops.count() <= 6, "dropped twice: {}", drops.count());
    });
}

#[test]
fn payload_that_reaches_several_promises() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let failing: Promise<u32> = when!(let bomb = Bomb::new(&drops) => panic_any(bomb));
        let next = when!(failing, cown => { *cown += *failing; *cown });
        still_alive(&cown);
        let failure = next.join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Panicked);
        // The last owner is this thread: whether the drop's panic comes out here is not promised, once is.
        let _ = catch_unwind(AssertUnwindSafe(|| drop((failure, failing))));
        assert!(drops.count() <= 1);
    });
}

#[test]
fn captured_value_of_a_body_that_ran() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let promise = when!(cown, let bomb = Bomb::new(&drops) => { bomb.touch(); *cown = 7; });
        still_alive(&cown);
        let _ = promise.join(); // there, whatever it says
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn captured_value_of_a_body_that_panicked() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let promise = when!(cown, let bomb = Bomb::new(&drops) => {
            bomb.touch();
            assert!(*cown > 100, "the body's own");
        });
        still_alive(&cown);
        assert!(promise.join().unwrap_err().to_string().contains("the body's own"));
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn captured_value_of_a_body_that_never_ran() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let failing: Promise<u32> = when!(=> panic!("the source"));
        let promise = when!(cown, failing, let bomb = Bomb::nested(&drops, 1) => {
            bomb.touch();
            *cown += *failing;
        });
        still_alive(&cown);
        assert!(promise.join().unwrap_err().to_string().contains("the source"));
        assert!(drops.count() >= 1);
    });
}

#[test]
fn value_of_a_cown_whose_last_handle_goes_in_a_body() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let last = Cown::new(Bomb::new(&drops));
        when!(cown, let last = last => { *cown += 1; drop(last); });
        still_alive(&cown);
        assert_eq!(drops.count(), 1);
    });
}

/// Nobody holds a handle when the worker gives the cown back: the release drops the value.
#[test]
fn value_of_a_cown_that_a_release_frees() {
    on_workers(1, || {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let doomed = Cown::new(Bomb::new(&drops));
        let promise = when!(doomed, cown, clone gate => { gate.pass(); doomed.touch(); *cown += 1; });
        drop(doomed);
        gate.open();
        still_alive(&cown);
        promise.join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn several_values_that_one_release_frees() {
    on_workers(1, || {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let doomed: Vec<Cown<Bomb>> = (0..5).map(|_| Cown::new(Bomb::new(&drops))).collect();
        when!(doomed, cown, clone gate => { gate.pass(); doomed[0].touch(); *cown += 1; });
        drop(doomed);
        gate.open();
        still_alive(&cown);
        assert_eq!(drops.count(), 5);
    });
}

#[test]
fn result_that_nobody_wants() {
    on_workers(1, || {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let promise = when!(cown, let bomb = Bomb::new(&drops), clone gate => {
            gate.pass();
            *cown += 1;
            bomb
        });
        drop(promise);
        gate.open();
        still_alive(&cown);
        assert_eq!(drops.count(), 1);
    });
}

/// The batch has the last handles of its cowns.
#[test]
fn a_destructor_that_panics_at_the_end_of_a_batch_does_not_keep_the_other_values() {
    on_workers(1, || {
        for closure_panics in [false, true] {
            let (drops, bombs) = (Drops::new(), Drops::new());
            let end = catch_unwind(AssertUnwindSafe(|| {
                boc::batch(|b| {
                    for _ in 0..50 {
                        drop(b.when(&Cown::new(drops.token()), |_| ()));
                        drop(b.when(&Cown::new(Bomb::new(&bombs)), |_| ()));
                    }
                    assert!(!closure_panics, "in the closure");
                });
            }));
            assert_eq!(end.is_err(), closure_panics, "panics of such destructors are contained");
            quiesce();
            assert_eq!(drops.count(), 50);
        }
    });
}
