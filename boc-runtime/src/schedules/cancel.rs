//! Owns: programs in which a runtime is dropped while there is something to do.

use std::sync::Arc;

use super::{Count, explore, pause, runtime};
use crate::{Cown, FailureKind, Promise, read, when};

/// Has run, or was cancelled.
fn ran(promise: Promise<()>) -> bool {
    match promise.join() {
        Ok(()) => true,
        Err(failure) => {
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            false
        }
    }
}

#[test]
fn a_runtime_is_dropped_while_behaviors_wait() {
    explore(|| {
        let (runtime, dropped, counted) = (runtime(), Count::default(), Count::default());
        let (left, right) = (Cown::new(0), Cown::new(0));
        let behavior = || {
            let (captured, counted) = (dropped.dropped(), counted.clone());
            move || {
                let _captured = captured;
                pause();
                counted.add();
            }
        };
        let (first, second, third) = (behavior(), behavior(), behavior());
        let promises = [
            runtime.when(&left, move |_| first()),
            runtime.when((&left, read(&right)), move |_| second()),
            runtime.when(&right, move |_| third()),
        ];
        drop(runtime);
        let ran = promises.into_iter().filter(|promise| ran(promise.clone())).count();
        assert_eq!(counted.get(), ran);
        assert_eq!(dropped.get(), 3);
        for cown in [left, right] {
            cown.try_into_inner().expect("nobody holds it any more");
        }
    });
}

#[test]
fn a_runtime_is_dropped_by_a_body_of_its_own() {
    explore(|| {
        let runtime = runtime();
        let own = Cown::new(None);
        let next = Cown::new(());
        let dropping = runtime.when((&own, &next), |(mut own, _)| drop(own.take()));
        let waiting = runtime.when(&next, |_| ());
        // Behind the other two, or (the slot being empty by then) before them.
        let stored = runtime.when(&own, {
            let runtime = Arc::clone(&runtime);
            move |mut own| *own = Some(runtime)
        });
        let last = runtime.when(&own, |mut own| drop(own.take()));
        drop(runtime);
        assert!(dropping.join().is_ok());
        assert!(stored.join().is_ok());
        // The runtime is dropped while this runs, at the latest.
        ran(waiting);
        ran(last);
    });
}

#[test]
fn a_runtime_is_dropped_while_another_holds_its_cown() {
    explore(|| {
        let (first, second) = (runtime(), runtime());
        let cown = Cown::new(0);
        let held = first.when(&cown, |mut number| {
            pause();
            *number += 1;
        });
        let waiting = second.when(&cown, |mut number| *number += 10);
        let behind = first.when(&cown, |mut number| *number += 100);
        drop(second);
        assert!(ran(held));
        let expected = if ran(waiting) { 111 } else { 101 };
        assert!(ran(behind));
        assert_eq!(first.when(&cown, |number| *number).join().expect("no panic"), expected);
    });
}

#[test]
fn two_runtimes_are_dropped_by_each_others_bodies() {
    explore(|| {
        let (first, second) = (runtime(), runtime());
        let started = Count::default();
        let by_second = second.when((), {
            let (first, started) = (Arc::clone(&first), started.clone());
            move |()| {
                started.add();
                drop(first);
            }
        });
        let by_first = first.when((), {
            let started = started.clone();
            let second = second;
            move |()| {
                started.add();
                when((), |()| ());
                drop(second);
            }
        });
        drop(first);
        let ran = [by_first, by_second].into_iter().filter(|promise| ran(promise.clone())).count();
        assert_eq!(started.get(), ran);
    });
}
