//! Owns: programs about workers that fall asleep and are woken.

use super::{Count, beside, explore, runtime};
use crate::{Runtime, when};

/// Waits until the workers have fallen asleep, or are about to: they search for a while at first.
fn asleep(runtime: &Runtime) {
    while runtime.worker_stats().iter().any(|worker| worker.slept == 0) {
        crate::sync::yield_now();
    }
}

#[test]
fn the_last_push_meets_a_worker_that_falls_asleep() {
    explore(|| {
        let runtime = runtime();
        asleep(&runtime);
        for round in 0..3 {
            assert_eq!(runtime.when((), move |()| round).join().expect("no panic"), round);
        }
    });
}

#[test]
fn pushes_of_two_threads_meet_workers_that_fall_asleep() {
    fn push(runtime: &Runtime) {
        for _ in 0..2 {
            runtime.when((), |()| ()).join().expect("no panic");
        }
    }
    explore(|| {
        let runtime = runtime();
        asleep(&runtime);
        let other = beside(&runtime, push);
        push(&runtime);
        other.join().expect("no panic");
    });
}

/// Two behaviors that need each other: one that waited for the other's end would never run.
fn meet(met: &Count) {
    met.add();
    while met.get() < 2 {
        crate::sync::yield_now();
    }
}

#[test]
fn two_pushes_from_outside_wake_both_workers() {
    explore(|| {
        let (runtime, met) = (runtime(), Count::default());
        asleep(&runtime);
        let both = [met.clone(), met].map(|met| runtime.when((), move |()| meet(&met)));
        for promise in both {
            promise.join().expect("no panic");
        }
    });
}

#[test]
fn two_pushes_by_a_worker_wake_the_other() {
    explore(|| {
        let (runtime, met) = (runtime(), Count::default());
        asleep(&runtime);
        runtime.when((), move |()| {
            for met in [met.clone(), met] {
                when((), move |()| meet(&met));
            }
        });
        runtime.quiesce();
    });
}

#[test]
fn a_push_while_the_body_goes_on_wakes_the_other_worker() {
    explore(|| {
        let (runtime, met) = (runtime(), Count::default());
        asleep(&runtime);
        let outer = runtime.when((), move |()| {
            let other = met.clone();
            when((), move |()| meet(&other));
            meet(&met);
        });
        outer.join().expect("no panic");
        runtime.quiesce();
    });
}
