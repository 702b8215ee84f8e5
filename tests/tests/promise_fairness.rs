//! Promise: fairness. A behavior that reschedules itself for ever does not starve the rest, on one worker too: not
//! what is queued there, not what comes from outside, not another endless one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use boc::prelude::*;
use boc_tests::{on_exactly, on_workers};

/// Raised when the test is over, however it ends: endless behaviors must not outlive it.
struct Stop(Arc<AtomicBool>);

impl Stop {
    fn new() -> Self {
        Self(Arc::default())
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Counts in `cown` and schedules itself again, through its guard.
fn endless(cown: &Acquired<'_, u64>, stop: Arc<AtomicBool>) {
    when!(cown, clone stop => {
        *cown += 1;
        if !stop.load(Ordering::SeqCst) {
            endless(&cown, stop);
        }
    });
}

fn start(cown: &Cown<u64>, stop: &Stop) {
    when!(cown, let stop = Arc::clone(&stop.0) => endless(&cown, stop));
}

#[test]
fn others_run_beside_an_endless_behavior() {
    for workers in [1, 2] {
        on_workers(workers, || {
            let (stop, busy) = (Stop::new(), Cown::new(0));
            start(&busy, &stop);
            for i in 0..200 {
                assert_eq!(when!(=> i).join().unwrap(), i); // comes from outside, while it runs
            }
        });
    }
}

#[test]
fn work_queued_on_the_same_worker_runs_too() {
    on_exactly(1, || {
        let (stop, busy, other) = (Stop::new(), Cown::new(0), Cown::new(0));
        start(&busy, &stop);
        while when!(read busy => *busy).join().unwrap() == 0 {}
        let inner = when!(other => {
            let _ = &other;
            (0..100).map(|_| when!(other => *other += 1)).collect::<Vec<_>>()
        });
        for promise in inner.join().unwrap() {
            promise.join().unwrap();
        }
    });
}

#[test]
fn several_endless_behaviors_all_advance() {
    on_exactly(1, || {
        let (stop, cowns) = (Stop::new(), [Cown::new(0), Cown::new(0), Cown::new(0)]);
        cowns.iter().for_each(|cown| start(cown, &stop));
        for cown in &cowns {
            let mut seen = 0;
            while seen < 100 {
                seen = when!(read cown => *cown).join().unwrap();
            }
        }
    });
}

#[test]
fn an_endless_pair_does_not_keep_a_third_from_their_cowns() {
    fn ping(a: &Acquired<'_, u64>, b: &Acquired<'_, u64>, stop: Arc<AtomicBool>) {
        when!(a, b, clone stop => {
            *a += 1;
            *b += 1;
            if !stop.load(Ordering::SeqCst) {
                ping(&b, &a, stop);
            }
        });
    }
    on_exactly(1, || {
        let (stop, a, b) = (Stop::new(), Cown::new(0), Cown::new(0));
        when!(a, b, let stop = Arc::clone(&stop.0) => ping(&a, &b, stop));
        for _ in 0..100 {
            when!(a => *a).join().unwrap();
            when!(b => *b).join().unwrap();
        }
    });
}

#[test]
fn an_endless_chain_of_empty_sets_starves_nobody() {
    fn again(stop: Arc<AtomicBool>) {
        when!(=> if !stop.load(Ordering::SeqCst) { again(stop) });
    }
    on_exactly(1, || {
        let stop = Stop::new();
        again(Arc::clone(&stop.0));
        for i in 0..200 {
            assert_eq!(when!(=> i).join().unwrap(), i);
        }
    });
}

#[test]
fn an_endless_reader_lets_a_writer_through() {
    fn reading(cown: &AcquiredRead<'_, u64>, stop: Arc<AtomicBool>) {
        when!(read cown, clone stop => if !stop.load(Ordering::SeqCst) { reading(&cown, stop) });
    }
    on_exactly(1, || {
        let (stop, cown) = (Stop::new(), Cown::new(0));
        for _ in 0..3 {
            when!(read cown, let stop = Arc::clone(&stop.0) => reading(&cown, stop));
        }
        for i in 1..=100 {
            assert_eq!(when!(cown => { *cown += 1; *cown }).join().unwrap(), i);
        }
    });
}
