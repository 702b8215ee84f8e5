//! Promise: a runtime's figures say where the behaviors in flight are: running, ready, at a home, waiting.

use std::time::{Duration, Instant};

use boc::Stats;
use boc::prelude::*;
use boc_tests::{Gate, LIMIT, on_exactly, on_home, within};

/// The figures as soon as they are so: a worker falls asleep when it likes.
fn when_they_are(rt: &Runtime, so: impl Fn(&Stats) -> bool) -> Stats {
    let end = Instant::now() + LIMIT;
    loop {
        let stats = rt.stats();
        assert_eq!(
            stats.in_flight,
            stats.running + stats.ready + stats.pinned_depth + stats.waiting + stats.holds,
            "{stats:?}"
        );
        if so(&stats) {
            return stats;
        }
        assert!(Instant::now() < end, "{stats}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn each_behavior_is_somewhere() {
    for workers in [1, 2, 4] {
        within(LIMIT, || {
            let runtime = Runtime::builder().workers(workers).build().expect("a runtime");
            let main = MainThread::claim().expect("a fresh thread");
            let (gate, held, pinned) = (Gate::new(), Cown::new(0), PinnedCown::new(&main, 0));
            let (resolver, promise) = Promise::<u32>::new();
            runtime.enter(|| {
                // As many as there are workers run, one of them with the cown.
                when!(held, clone gate => { gate.pass(); *held += 1; });
                for _ in 1..workers {
                    when!(clone gate => gate.pass());
                }
                gate.until_waiting(workers);
                for _ in 0..3 {
                    when!(held => *held += 1); // wait for the cown
                }
                when!(promise => *promise); // waits for the promise
                for _ in 0..5 {
                    when!(=> ()); // ready, and no worker is free
                }
                for _ in 0..2 {
                    when!(in main; => ());
                }
                when!(pinned pinned => *pinned += 1);
            });
            let hold = runtime.hold();
            let stats = runtime.stats();
            assert_eq!(stats.workers, workers);
            assert_eq!((stats.scheduled, stats.finished), (workers as u64 + 13, 0));
            assert_eq!(stats.in_flight, workers as u64 + 13);
            let parts = (stats.running, stats.ready, stats.pinned_depth, stats.waiting, stats.holds);
            assert_eq!(parts, (workers as u64, 5, 3, 4, 1), "{stats}");
            main.pump();
            assert_eq!(runtime.stats().pinned_depth, 0);
            gate.open();
            when_they_are(&runtime, |stats| (stats.in_flight, stats.waiting, stats.holds) == (2, 1, 1));
            resolver.resolve(1);
            drop(hold);
            runtime.quiesce();
            let stats = when_they_are(&runtime, |stats| stats.slept > 0);
            assert_eq!((stats.in_flight, stats.finished), (0, workers as u64 + 13));
        });
    }
}

#[test]
fn a_body_at_home_runs_and_does_not_wait() {
    on_home(1, |main| {
        let stats = main.when((), |()| boc::stats());
        let stats = stats.join().unwrap();
        assert_eq!(
            (stats.in_flight, stats.running, stats.waiting, stats.pinned_depth),
            (1, 1, 0, 0),
            "{stats}"
        );
    });
}

/// The queue of the only worker is seen by no other thread; by its own it is.
#[test]
fn the_only_worker_sees_its_own_queue() {
    on_exactly(1, || {
        let stats = when!(=> {
            for _ in 0..10 {
                when!(=> ());
            }
            boc::stats()
        });
        let stats = stats.join().unwrap();
        assert_eq!((stats.in_flight, stats.running, stats.ready, stats.waiting), (11, 1, 10, 0), "{stats}");
    });
}

#[test]
fn on_a_simulated_runtime_too() {
    within(LIMIT, || {
        let main = MainThread::claim().expect("a fresh thread");
        let runtime = Runtime::simulated(1);
        runtime.enter(|| {
            let (resolver, promise) = Promise::<u32>::new();
            when!(promise => *promise);
            for _ in 0..3 {
                when!(=> ());
            }
            when!(in main; => ());
            let stats = boc::stats();
            assert_eq!((stats.in_flight, stats.scheduled), (5, 5));
            resolver.resolve(1);
            quiesce();
            let stats = boc::stats();
            assert_eq!((stats.in_flight, stats.finished, stats.waiting, stats.ready), (0, 5, 0, 0));
            let inside = when!(=> boc::stats()).join().unwrap();
            assert_eq!((inside.in_flight, inside.running), (1, 1), "{inside}");
        });
    });
}

#[test]
fn after_the_wait_the_figures_keep_their_values() {
    on_exactly(2, || {
        let cown = Cown::new(0);
        for _ in 0..100 {
            when!(cown => *cown += 1);
        }
        boc::wait();
        let stats = boc::stats();
        assert_eq!((stats.scheduled, stats.finished, stats.in_flight), (100, 100, 0));
        assert_eq!(stats, boc::stats(), "nothing changes any more");
        let by_worker = boc::worker_stats();
        assert_eq!(stats.slept, by_worker.iter().map(|worker| worker.slept).sum::<u64>());
        assert_eq!(stats.stolen, by_worker.iter().map(|worker| worker.stolen).sum::<u64>());
        let text = format!(
            "0 in flight (0 running, 0 ready, 0 pinned, 0 waiting, 0 holds), 100 finished of 100 scheduled, by 2 workers \
             ({} thefts, {} sleeps)",
            stats.stolen, stats.slept
        );
        assert_eq!(stats.to_string(), text);
    });
}
