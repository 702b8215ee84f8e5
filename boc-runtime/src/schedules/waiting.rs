//! Owns: programs about waiting until nothing is in flight, and about stopping and starting.

use std::sync::Arc;
use std::time::Duration;

use super::{Count, beside, explore, pause, runtime};
use crate::{Cown, wait, when};

#[test]
fn quiesce_waits_for_what_behaviors_schedule_and_capture() {
    explore(|| {
        let (runtime, ran, dropped) = (runtime(), Count::default(), Count::default());
        let cown = Cown::new(());
        for _ in 0..2 {
            let (ran, captured, cown) = (ran.clone(), dropped.dropped(), cown.clone());
            runtime.when((), move |()| {
                let _captured = captured;
                when(&cown, move |_| {
                    pause();
                    ran.add();
                });
            });
        }
        runtime.quiesce();
        assert_eq!((ran.get(), dropped.get()), (2, 2));
    });
}

#[test]
fn two_threads_wait_until_nothing_is_in_flight() {
    explore(|| {
        let (runtime, ran) = (runtime(), Count::default());
        let other = beside(&runtime, {
            let ran = ran.clone();
            move |runtime| {
                runtime.when((), {
                    let ran = ran.clone();
                    move |()| ran.add()
                });
                runtime.quiesce();
                assert!(ran.get() > 0);
            }
        });
        let timed = runtime.quiesce_timeout(Duration::ZERO);
        let before = ran.get();
        runtime.quiesce();
        other.join().expect("no panic");
        assert_eq!(ran.get(), 1);
        assert!(timed.is_ok() || before <= 1);
    });
}

#[test]
fn a_hold_that_is_dropped_elsewhere_wakes_who_waits() {
    explore(|| {
        let (runtime, ran) = (runtime(), Count::default());
        let hold = runtime.hold();
        let other = beside(&runtime, {
            let ran = ran.clone();
            move |runtime| {
                runtime.when((), move |()| ran.add());
                drop(hold);
            }
        });
        runtime.quiesce();
        assert_eq!(ran.get(), 1);
        other.join().expect("no panic");
    });
}

#[test]
fn shutdown_meets_a_behavior_of_another_runtime() {
    explore(|| {
        // The first runtime's behavior waits for a cown that the second one's holds: it is ready when the first one is
        // about to stop, or has stopped, its threads.
        let (first, second) = (runtime(), runtime());
        let (cown, ran) = (Cown::new(0), Count::default());
        second.when(&cown, |mut number| {
            pause();
            *number += 1;
        });
        let counted = first.when(&cown, {
            let ran = ran.clone();
            move |mut number| {
                *number += 1;
                ran.add();
            }
        });
        Arc::into_inner(first).expect("the only handle").shutdown();
        assert_eq!(ran.get(), 1);
        counted.join().expect("not cancelled");
        second.quiesce();
        assert_eq!(cown.try_into_inner().expect("the only handle"), 2);
    });
}

#[test]
fn threads_that_end_are_wanted_again() {
    explore(|| {
        let (first, second) = (runtime(), runtime());
        let cown = Cown::new(0);
        let other = beside(&first, {
            let (second, cown) = (Arc::clone(&second), cown.clone());
            move |first| {
                second.when(&cown, |mut number| {
                    (0..20).for_each(|_| pause());
                    *number += 1;
                });
                // The second runtime's worker makes it ready, whatever the threads of the first do by then.
                first.when(&cown, |mut number| *number += 10)
            }
        });
        first.enter(wait);
        other.join().expect("no panic").join().expect("not cancelled");
        second.quiesce();
        assert_eq!(cown.try_into_inner().expect("the only handle"), 11);
    });
}
