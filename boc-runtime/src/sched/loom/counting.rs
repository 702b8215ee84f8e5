//! Owns: the models of counting and of waiting for quiescence: the real [`Counters`], [`Waiters`] and [`Parker`].

use std::rc::Rc;
use std::sync::Arc;

use loom::cell::UnsafeCell;
use loom::thread::spawn;

use crate::sync::{AtomicBool, Ordering, explore};

use super::super::counters::{Counters, totals};
use super::super::park::Parker;
use super::super::waiters::Waiters;

/// Two workers' counters, the outside's, and what the behaviors have captured.
#[derive(Default)]
struct Counts {
    counters: [Counters; 3],
    captured: [UnsafeCell<bool>; 2],
    waiters: Waiters,
}

/// The counters of all threads that are not workers.
const OUTSIDE: usize = 2;

impl Counts {
    fn quiescent(&self) -> bool {
        let (scheduled, finished) = totals(self.counters.iter());
        assert!(finished <= scheduled, "more was finished ({finished}) than scheduled ({scheduled})");
        scheduled == finished
    }

    /// The captures of behavior `number` go.
    fn drop_captures(&self, number: usize) {
        // SAFETY: its runner alone has them.
        self.captured[number].with_mut(|gone| unsafe { *gone = true });
    }

    fn assert_captures_gone(&self) {
        for captured in &self.captured {
            // SAFETY: everything is finished.
            captured.with(|gone| assert!(unsafe { *gone }, "quiescent, and a capture is there"));
        }
    }

    fn wait(&self) {
        let parker = Arc::new(Parker::new());
        self.waiters.register(&parker);
        while !self.quiescent() {
            parker.park();
        }
        self.waiters.unregister(&parker);
    }
}

#[test]
fn a_behavior_schedules_another_between_the_sums() {
    explore(|| {
        let counts = Rc::new(Counts::default());
        counts.counters[OUTSIDE].scheduled_by_any();
        // Handed over, as by a run queue.
        let ready = Rc::new(AtomicBool::new(false));
        let waiter = spawn({
            let counts = Rc::clone(&counts);
            move || {
                if counts.quiescent() {
                    counts.assert_captures_gone();
                }
            }
        });
        let second = spawn({
            let (counts, ready) = (Rc::clone(&counts), Rc::clone(&ready));
            move || {
                if ready.load(Ordering::Acquire) {
                    counts.drop_captures(1);
                    counts.counters[1].finished_by_owner();
                }
            }
        });
        counts.counters[0].scheduled_by_owner();
        ready.store(true, Ordering::Release);
        counts.drop_captures(0);
        counts.counters[0].finished_by_owner();
        waiter.join().expect("no panic");
        second.join().expect("no panic");
    });
}

#[test]
fn the_last_finish_meets_a_waiter_that_falls_asleep() {
    explore(|| {
        let counts = Rc::new(Counts::default());
        counts.counters[OUTSIDE].scheduled_by_any();
        counts.counters[OUTSIDE].scheduled_by_any();
        let worker = spawn({
            let counts = Rc::clone(&counts);
            move || {
                counts.drop_captures(0);
                counts.counters[0].finished_by_owner();
                counts.waiters.tell(|| counts.quiescent());
            }
        });
        let outside = spawn({
            let counts = Rc::clone(&counts);
            move || {
                counts.drop_captures(1);
                counts.counters[OUTSIDE].finished_by_any();
                counts.waiters.tell(|| counts.quiescent());
            }
        });
        counts.wait();
        counts.assert_captures_gone();
        worker.join().expect("no panic");
        outside.join().expect("no panic");
    });
}
