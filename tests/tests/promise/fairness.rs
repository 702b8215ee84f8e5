//! Promise: fairness. A behavior that reschedules itself for ever does not starve the rest, on one worker too: not
//! what is queued there, not what comes from outside, not another endless one. Nor does it keep its worker from what waits
//! behind the long body of another worker.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

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

/// A body schedules jobs and does not end before they have run, while every other worker has more than enough to do.
fn behind_a_long_body(workers: usize, busy: impl Sync + Fn(&Stop, &Arc<AtomicU64>)) {
    const JOBS: usize = 3;
    on_exactly(workers, || {
        let (stop, turns, in_body) = (Stop::new(), Arc::<AtomicU64>::default(), Arc::<AtomicBool>::default());
        let others_turn = Arc::clone(&turns);
        let entered = Arc::clone(&in_body);
        let waited = when!(=> {
            entered.store(true, Ordering::SeqCst);
            // All other workers have settled on the loops: none of them searches.
            let begun = Instant::now();
            while others_turn.load(Ordering::SeqCst) < 10_000 && begun.elapsed() < Duration::from_secs(5) {
                std::thread::yield_now();
            }
            let ran = Arc::<AtomicUsize>::default();
            let scheduled = Instant::now();
            for _ in 0..JOBS {
                let ran = Arc::clone(&ran);
                when!(=> { ran.fetch_add(1, Ordering::SeqCst); });
            }
            while ran.load(Ordering::SeqCst) < JOBS && scheduled.elapsed() < Duration::from_secs(10) {
                std::thread::yield_now();
            }
            (ran.load(Ordering::SeqCst), scheduled.elapsed())
        });
        while !in_body.load(Ordering::SeqCst) {
            std::thread::yield_now();
        }
        // More loops than workers: each has some to turn over.
        (0..8 * workers).for_each(|_| busy(&stop, &turns));
        let (ran, after) = waited.join().unwrap();
        assert_eq!(ran, JOBS, "jobs that have run while the body lasted, {after:?}");
    });
}

#[test]
fn jobs_behind_a_long_body_run_although_all_other_workers_are_busy() {
    fn again(stop: Arc<AtomicBool>, turns: Arc<AtomicU64>) {
        turns.fetch_add(1, Ordering::Relaxed);
        when!(=> if !stop.load(Ordering::SeqCst) { again(stop, turns) });
    }
    for workers in [2, 4] {
        behind_a_long_body(workers, |stop, turns| {
            let (stop, turns) = (Arc::clone(&stop.0), Arc::clone(turns));
            when!(=> again(stop, turns));
        });
    }
}

#[test]
fn jobs_behind_a_long_body_run_although_the_other_workers_hand_cowns_over() {
    fn again(cown: &Acquired<'_, u64>, stop: Arc<AtomicBool>, turns: Arc<AtomicU64>) {
        turns.fetch_add(1, Ordering::Relaxed);
        when!(cown, clone stop, clone turns => {
            *cown += 1;
            if !stop.load(Ordering::SeqCst) {
                again(&cown, stop, turns);
            }
        });
    }
    for workers in [2, 4] {
        behind_a_long_body(workers, |stop, turns| {
            let (cown, stop, turns) = (Cown::new(0), Arc::clone(&stop.0), Arc::clone(turns));
            when!(cown => again(&cown, stop, turns));
        });
    }
}

/// A body does not end, and schedules more than the other worker can run: what comes from outside runs all the same, and so does what
/// that worker has in its own queue.
#[test]
fn a_body_that_schedules_for_ever_keeps_no_other_job_from_running() {
    const LONG: Duration = Duration::from_millis(3);
    on_exactly(2, || {
        let (stop, ran) = (Stop::new(), Arc::<AtomicUsize>::default());
        when!(let stop = Arc::clone(&stop.0), clone ran => while !stop.load(Ordering::SeqCst) {
            for _ in 0..2 {
                when!(clone ran => {
                    std::thread::sleep(LONG);
                    ran.fetch_add(1, Ordering::SeqCst);
                });
            }
            std::thread::sleep(LONG);
        });
        // The other worker has found out who has jobs.
        while ran.load(Ordering::SeqCst) < 100 {
            std::thread::yield_now();
        }
        for _ in 0..3 {
            let before = ran.load(Ordering::SeqCst);
            when!(=> ()).join().unwrap();
            let others = ran.load(Ordering::SeqCst) - before;
            assert!(others < 50, "{others} others ran before a job from outside");
            std::thread::sleep(20 * LONG);
        }
    });
}
