//! Promise: a runtime's figures say what its workers did.

use std::sync::Arc;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{LIMIT, within};

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("a runtime")
}

/// A body that waits for another one, which only a thief can run.
#[test]
fn what_was_stolen_counts_for_the_thief() {
    within(LIMIT, || {
        let runtime = runtime(2);
        let both = Arc::new(Barrier::new(2));
        runtime.enter(|| {
            when!(=> {
                when!(clone both => { both.wait(); });
                both.wait();
            });
        });
        runtime.quiesce();
        let by_worker = runtime.worker_stats();
        let mut scheduled_and_finished: Vec<_> =
            by_worker.iter().map(|worker| (worker.scheduled, worker.finished)).collect();
        scheduled_and_finished.sort_unstable();
        assert_eq!(scheduled_and_finished, [(0, 1), (1, 1)]);
        let thief = by_worker.iter().find(|worker| worker.scheduled == 0).expect("checked above");
        assert!(thief.stolen > 0, "{by_worker:?}");
        assert_eq!(runtime.stats().scheduled, 2, "one of them by this thread");
    });
}

#[test]
fn a_sleep_is_counted() {
    within(LIMIT, || {
        let runtime = runtime(1);
        for _ in 0..3 {
            let before = runtime.worker_stats()[0].slept;
            runtime.when((), |()| ()).join().expect("it does nothing");
            while runtime.worker_stats()[0].slept == before {
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
}

/// As documented: a hold counts as a behavior, and the number of workers is that of the next start,
/// too.
#[test]
fn holds_are_counted_and_workers_stay_when_the_threads_end() {
    within(LIMIT, || {
        let runtime = runtime(2);
        let hold = runtime.hold();
        let stats = runtime.stats();
        assert_eq!((stats.scheduled, stats.finished), (1, 0));
        drop(hold);
        assert_eq!(runtime.stats().finished, 1);
        runtime.enter(boc::wait);
        assert_eq!(runtime.stats().workers, 2);
        runtime.when((), |()| ()).join().expect("the threads are started again");
    });
}
