//! Promise: quiescence. `quiesce` returns when no behavior of this runtime is scheduled or running and everything
//! they captured has been dropped; it leaves the runtime up. `shutdown` joins the threads. Runtimes are independent
//! and may share cowns. (The global runtime's own life: `process_global`.)

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Drops, Gate, LIMIT, on_workers, within};

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("a runtime")
}

#[test]
fn quiesce_waits_for_everything_scheduled_and_what_that_schedules() {
    on_workers(2, || {
        let (cown, ran) = (Cown::new(0), Arc::new(AtomicUsize::new(0)));
        for _ in 0..100 {
            when!(cown, clone ran => {
                *cown += 1;
                for _ in 0..5 {
                    when!(cown, clone ran => { *cown += 1; ran.fetch_add(1, Ordering::SeqCst); });
                }
                ran.fetch_add(1, Ordering::SeqCst);
            });
        }
        quiesce();
        assert_eq!(ran.load(Ordering::SeqCst), 600);
    });
}

#[test]
fn quiesce_of_an_idle_runtime_returns_at_once_and_again() {
    on_workers(1, || {
        quiesce();
        quiesce();
        when!(=> ()).join().unwrap();
        quiesce();
    });
}

#[test]
fn captures_and_results_nobody_wants_are_dropped_before_quiesce_returns() {
    for workers in [1, 2, 8] {
        on_workers(workers, || {
            let (cown, drops) = (Cown::new(0), Drops::new());
            for round in 1..=20 {
                for _ in 0..4 {
                    let (captured, result) = (drops.slow_token(), drops.slow_token());
                    when!(cown => { *cown += 1; let _ = &captured; result });
                }
                quiesce();
                assert_eq!(drops.count(), round * 8);
            }
        });
    }
}

#[test]
fn values_of_cowns_that_only_behaviors_held_are_dropped_before_quiesce_returns() {
    on_workers(2, || {
        let drops = Drops::new();
        for round in 1..=50 {
            let (cown, gate) = (Cown::new(drops.slow_token()), Gate::new());
            when!(cown, clone gate => { let _ = &cown; gate.pass() });
            drop(cown);
            gate.open();
            quiesce();
            assert_eq!(drops.count(), round);
        }
    });
}

#[test]
fn quiesce_timeout_tells_when_something_still_runs() {
    on_workers(1, || {
        let gate = Gate::new();
        let promise = when!(clone gate => gate.pass());
        gate.until_waiting(1);
        boc::quiesce_timeout(Duration::from_millis(10)).expect_err("a body stands at the gate");
        boc::quiesce_timeout(Duration::ZERO).expect_err("still");
        gate.open();
        boc::quiesce_timeout(LIMIT).expect("nothing is left");
        assert!(promise.is_finished());
        boc::quiesce_timeout(Duration::ZERO).expect("nothing came back");
    });
}

/// For an event source that will schedule later. Dropping the runtime does not wait for it.
#[test]
fn a_hold_keeps_a_runtime_from_being_quiescent_until_it_is_dropped() {
    within(LIMIT, || {
        let ours = runtime(1);
        let (hold, short) = (ours.hold(), Duration::from_millis(5));
        let second = hold.clone();
        assert!(ours.quiesce_timeout(short).is_err());
        drop(hold);
        assert!(ours.quiesce_timeout(short).is_err(), "the clone holds it");
        let source = thread::spawn({
            let (cown, ours) = (Cown::new(0), ours.hold());
            move || {
                thread::sleep(Duration::from_millis(5));
                drop((cown, ours));
            }
        });
        drop(second);
        ours.quiesce(); // woken by the thread
        source.join().expect("no panic");
        let forgotten = ours.hold();
        drop(ours);
        drop(forgotten);
    });
}

#[test]
fn several_threads_may_wait_for_quiet() {
    within(LIMIT, || {
        let (runtime, gate) = (runtime(2), Gate::new());
        let promise = runtime.enter(|| when!(clone gate => gate.pass()));
        boc_tests::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    runtime.quiesce();
                    assert!(promise.is_finished());
                });
            }
            gate.until_waiting(1);
            gate.open();
        });
    });
}

#[test]
fn enter_makes_a_runtime_current_for_its_closure_and_nests() {
    within(LIMIT, || {
        let name = || thread::current().name().map(str::to_owned);
        let named = |name| Runtime::builder().workers(1).thread_name(name).build().unwrap();
        let (outer, inner) = (named("outer"), named("inner"));
        let ran_on = outer.enter(|| {
            let before = when!(=> name());
            let within = inner.enter(|| when!(=> name()));
            let after = when!(=> name());
            [before, within, after].map(|promise| promise.join().unwrap().expect("a name"))
        });
        assert!(ran_on[0].starts_with("outer"), "{ran_on:?}");
        assert!(ran_on[1].starts_with("inner"), "{ran_on:?}");
        assert!(ran_on[2].starts_with("outer"), "{ran_on:?}");
    });
}

#[test]
fn enter_ends_with_a_panic_too() {
    within(LIMIT, || {
        let (outer, inner) = (runtime(1), runtime(1));
        outer.enter(|| {
            boc_tests::panic_message(|| inner.enter(|| panic!("inside")));
            inner.shutdown();
            assert_eq!(when!(=> 1).join().unwrap(), 1, "scheduled on the outer one");
        });
    });
}

#[test]
fn a_body_schedules_on_its_own_runtime() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(2).thread_name("mine").build().unwrap();
        let cown = Cown::new(());
        let outer = runtime.enter(
            || when!(cown => when!(cown => { let _ = &cown; thread::current().name().map(str::to_owned) })),
        );
        let inner = outer.join().unwrap().join().unwrap().unwrap();
        assert!(inner.starts_with("mine"), "{inner}");
        runtime.shutdown();
    });
}

#[test]
fn runtimes_may_share_a_cown_and_quiesce_each_for_itself() {
    within(LIMIT, || {
        let (left, right) = (runtime(2), runtime(1));
        let (cown, gate) = (Cown::new(0_u32), Gate::new());
        for i in 0..2_000 {
            let runtime = if i % 2 == 0 { &left } else { &right };
            runtime.enter(|| when!(cown => { assert_eq!(*cown, i); *cown += 1; }));
        }
        left.quiesce();
        right.quiesce();
        let blocked = left.enter(|| when!(clone gate => gate.pass()));
        right.quiesce(); // does not wait for the left one
        assert!(!blocked.is_finished());
        gate.open();
        left.quiesce();
        assert_eq!(right.enter(|| when!(cown => *cown)).join().unwrap(), 2_000);
    });
}

#[test]
fn runtime_when_schedules_without_entering() {
    within(LIMIT, || {
        let (runtime, a, b) = (runtime(1), Cown::new(1), Cown::new(2));
        let sum = runtime.when((&a, read(&b)), |(mut a, b)| {
            *a += *b;
            *a
        });
        assert_eq!(sum.join().unwrap(), 3);
        let name = when!(in &runtime; a, b => *a + *b);
        assert_eq!(name.join().unwrap(), 5);
    });
}

#[test]
fn a_runtime_starts_and_ends_any_number_of_times() {
    within(LIMIT, || {
        let cown = Cown::new(0);
        for i in 0..200 {
            let runtime = runtime(1 + i % 3);
            runtime.enter(|| when!(cown => *cown += 1));
            if i % 2 == 0 {
                runtime.quiesce();
                runtime.shutdown();
            } else {
                runtime.quiesce();
                drop(runtime);
            }
        }
        let runtime = runtime(1);
        assert_eq!(runtime.enter(|| when!(cown => *cown)).join().unwrap(), 200);
    });
}

#[test]
fn dropping_a_runtime_with_work_in_flight_ends() {
    within(LIMIT, || {
        let (runtime, cown, gate) = (runtime(1), Cown::new(0), Gate::new());
        let promises: Vec<_> = runtime.enter(|| {
            let first = when!(cown, clone gate => { gate.pass(); *cown += 1; });
            let rest = (0..100).map(|_| when!(cown => *cown += 1));
            std::iter::once(first).chain(rest).collect()
        });
        gate.until_waiting(1);
        let opener = thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            gate.open();
        });
        drop(runtime);
        opener.join().unwrap();
        for promise in promises {
            // Ran or cancelled: either way it is over, and nobody waits for ever.
            if let Err(failure) = promise.join() {
                assert_eq!(failure.kind(), FailureKind::Cancelled, "{failure}");
            }
        }
    });
}

#[test]
fn a_quiesce_that_is_out_of_time_says_so_and_nothing_else() {
    on_workers(1, || {
        let gate = Gate::new();
        let blocked = when!(clone gate => gate.pass());
        let late = boc::quiesce_timeout(Duration::from_millis(1)).expect_err("something runs");
        assert_eq!(format!("{late:?}"), "TimedOut");
        assert_eq!(late.to_string(), "the time was over before every behavior was finished");
        gate.open();
        blocked.join().expect("it passes");
    });
}
