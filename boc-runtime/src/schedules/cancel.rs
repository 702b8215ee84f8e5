//! Owns: programs in which a runtime is dropped while there is something to do.

use std::cell::Cell;
use std::sync::Arc;

use super::{Count, explore, pause, runtime};
use crate::sync::{thread, thread_local};
use crate::{Cown, FailureKind, MainThread, PinnedCown, Promise, Runtime, pinned, read, when};

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

/// What waits for a resolver is given up, or runs: each body once, each cown free in the end.
#[test]
fn a_runtime_is_dropped_while_a_resolver_is_used() {
    explore(|| {
        let (first, second) = (runtime(), runtime());
        let (dropped, counted) = (Count::default(), Count::default());
        let (resolver, promise) = Promise::<u8>::new();
        let (left, right) = (Cown::new(0), Cown::new(0));
        let behavior = || {
            let (captured, counted) = (dropped.dropped(), counted.clone());
            move || {
                let _captured = captured;
                counted.add();
            }
        };
        let (one, two, three) = (behavior(), behavior(), behavior());
        let promises = [
            first.when(&promise, move |_| one()),
            first.when((&left, &promise, read(&right)), move |_| two()),
            first.when((&left, &right), move |_| three()),
        ];
        let behind = second.when((&left, &right), |(mut left, mut right)| (*left, *right) = (1, 1));
        let resolving = thread::spawn(move || resolver.resolve(7));
        drop(first);
        assert_eq!(dropped.get(), 3, "the bodies have run, or are gone");
        let ran = promises.into_iter().filter(|promise| ran(promise.clone())).count();
        assert_eq!(counted.get(), ran);
        resolving.join().expect("no panic");
        behind.join().expect("in its turn");
        assert_eq!(promise.join().expect("resolved"), 7);
        for cown in [left, right] {
            assert_eq!(cown.try_into_inner().expect("in no queue any more"), 1);
        }
    });
}

/// A home is dropped while what would run there waits for a cown that a worker holds.
#[test]
fn a_home_is_dropped_while_another_runtime_holds_a_cown() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let main = MainThread::claim().expect("a fresh thread");
        let (canvas, cown) = (PinnedCown::new(&main, 0), Cown::new(0));
        let held = runtime.when(&cown, |mut number| {
            pause();
            *number += 1;
        });
        let (one, two) = (dropped.dropped(), dropped.dropped());
        let promises = [
            runtime.when((pinned(&canvas), &cown), move |_| drop(one)),
            runtime.when(pinned(&canvas), move |_| drop(two)),
        ];
        let behind = runtime.when(&cown, |mut number| *number += 10);
        drop(main);
        for promise in promises {
            assert!(!ran(promise), "no pump has run them");
        }
        assert_eq!(dropped.get(), 2);
        assert!(ran(held));
        assert!(ran(behind));
        assert_eq!(runtime.when(&cown, |number| *number).join().expect("no panic"), 11);
        runtime.quiesce();
    });
}

thread_local! {
    static AT_END: Cell<Option<AtEnd>> = const { Cell::new(None) };
}

/// Schedules when its thread ends.
struct AtEnd(Arc<Runtime>, Count);

impl Drop for AtEnd {
    fn drop(&mut self) {
        let counted = self.1.clone();
        self.0.when((), move |()| drop(counted.add()));
    }
}

/// The threads end while a destructor of one of them wants threads.
#[test]
fn threads_end_while_a_destructor_schedules() {
    explore(|| {
        let (runtime, counted) = (runtime(), Count::default());
        let (its_own, counted_there) = (Arc::clone(&runtime), counted.clone());
        runtime.when((), move |()| AT_END.with(|end| end.set(Some(AtEnd(its_own, counted_there)))));
        runtime.enter(crate::wait);
        assert_eq!(counted.get(), 1, "it has run when `wait` returns");
        assert_eq!(runtime.when((), |()| 7).join().expect("started again"), 7);
        runtime.enter(crate::wait);
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
