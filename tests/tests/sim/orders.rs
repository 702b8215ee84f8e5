//! Simulated runtimes: the same seed gives the same order, and all orders are found.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use boc::prelude::*;
use boc::{batch, explore, scope};
use boc_tests::{LIMIT, within};
use parking_lot::Mutex;

/// What ran, in order.
type Log = Arc<Mutex<Vec<u64>>>;

fn taken(log: &Log) -> Vec<u64> {
    std::mem::take(&mut log.lock())
}

/// A program with a bit of everything: independent behaviors, chains, readers, a batch, a scope, pinned cowns, promises,
/// a promise that a body resolves.
fn program(log: &Log) {
    let note = |n: u64| {
        let log = Arc::clone(log);
        move || log.lock().push(n)
    };
    let main = MainThread::claim().expect("nobody has");
    let canvas = PinnedCown::new(&main, Rc::new(0));
    let cells: Vec<Cown<u64>> = (0..3).map(Cown::new).collect();
    let (resolver, reply) = Promise::<u64>::new();
    for n in 0..5 {
        let (n0, n1, n2) = (note(n), note(10 + n), note(20 + n));
        let cell = cells[n as usize % 3].clone();
        when!(=> {
            n0();
            when!(cell => { n1(); *cell += 1; });
        });
        when!(pinned canvas => { n2(); *Rc::make_mut(&mut canvas) += 1; });
        let n3 = note(30 + n);
        when!(read cells => { n3(); assert!(cells.len() == 3) });
    }
    batch(|b| {
        for (n, cell) in (40..).zip(&cells) {
            let noted = note(n);
            when!(in b; cell => { noted(); *cell += n; });
        }
    });
    let n5 = note(50);
    let answered = when!(reply => { n5(); *reply });
    when!(=> resolver.resolve(7));
    let borrowed = 60;
    scope(|s| {
        for n in 0..3 {
            let noted = note(borrowed + n);
            when!(in s; => noted());
        }
    });
    note(70)();
    assert_eq!(answered.join().unwrap(), 7);
    main.pump();
    note(71)();
    quiesce();
}

fn run(seed: u64) -> Vec<u64> {
    let log = Log::default();
    let runtime = Runtime::simulated(seed);
    runtime.enter(|| program(&log));
    drop(runtime);
    taken(&log)
}

#[test]
fn the_same_seed_gives_the_same_run_always() {
    within(LIMIT, || {
        for seed in 0..20 {
            let first = run(seed);
            assert_eq!(first.len(), 5 * 4 + 3 + 1 + 3 + 2, "everything runs");
            let mut kept = Vec::new();
            for round in 0..50 {
                // Other addresses: what is allocated between the runs stays.
                kept.push(vec![0_u8; 100 + 37 * round]);
                assert_eq!(run(seed), first, "seed {seed}, round {round}");
            }
        }
    });
}

#[test]
fn other_seeds_give_other_runs() {
    within(LIMIT, || {
        let runs: BTreeSet<_> = (0..200).map(run).collect();
        assert!(runs.len() > 190, "{} different runs of 200", runs.len());
    });
}

/// The schedules of a program, and the different logs they have left.
fn all(cases: usize, program: impl Fn(&boc::Simulation, &Log) + Sync) -> (usize, BTreeSet<Vec<u64>>) {
    within(LIMIT, || {
        let mut logs = BTreeSet::new();
        let explored = explore(cases, |rt| {
            let log = Log::default();
            program(rt, &log);
            quiesce();
            logs.insert(taken(&log));
        });
        assert!(explored.is_complete(), "{explored}");
        (explored.schedules(), logs)
    })
}

fn push(log: &Log, n: u64) {
    log.lock().push(n);
}

#[test]
fn independent_behaviors_have_every_order_once() {
    for (n, factorial) in [(1, 1), (2, 2), (3, 6), (4, 24), (5, 120), (6, 720)] {
        let (schedules, logs) = all(1000, |_, log| {
            for n in 0..n {
                let log = Arc::clone(log);
                when!(=> push(&log, n));
            }
        });
        assert_eq!((schedules, logs.len()), (factorial, factorial), "{n} behaviors");
    }
}

#[test]
fn behaviors_on_one_cown_have_one_order() {
    let (schedules, logs) = all(100, |_, log| {
        let cown = Cown::new(());
        for n in 0..10 {
            let log = Arc::clone(log);
            when!(cown => { let _ = &cown; push(&log, n) });
        }
    });
    assert_eq!((schedules, logs), (1, [(0..10).collect()].into()));
}

#[test]
fn two_chains_interleave_in_every_way() {
    let (schedules, logs) = all(100, |_, log| {
        for chain in 0..2 {
            let cown = Cown::new(());
            for n in 0..3 {
                let log = Arc::clone(log);
                when!(cown => { let _ = &cown; push(&log, 10 * chain + n) });
            }
        }
    });
    assert_eq!((schedules, logs.len()), (20, 20)); // 6 over 3
}

#[test]
fn pinned_behaviors_take_part() {
    let (schedules, logs) = all(100, |rt, log| {
        let canvas = PinnedCown::new(rt.main(), Rc::new(()));
        for n in 0..2 {
            let (here, there) = (Arc::clone(log), Arc::clone(log));
            when!(pinned canvas => { let _ = &canvas; push(&here, n) });
            when!(=> push(&there, 10 + n));
        }
    });
    assert_eq!((schedules, logs.len()), (12, 12)); // 4!, half of it: the pinned ones share a cown
    // These do not.
    let (schedules, logs) = all(100, |rt, log| {
        for n in 0..3 {
            let (canvas, log) = (PinnedCown::new(rt.main(), Rc::new(())), Arc::clone(log));
            when!(pinned canvas => { let _ = &canvas; push(&log, n) });
        }
    });
    assert_eq!((schedules, logs.len()), (6, 6));
}

#[test]
fn a_loop_that_pumps_gets_on() {
    let (_, logs) = all(100, |rt, log| {
        let (elsewhere, done) = (Arc::clone(log), Arc::new(AtomicBool::new(false)));
        let over = Arc::clone(&done);
        when!(=> { push(&elsewhere, 1); over.store(true, Ordering::Relaxed) });
        while !done.load(Ordering::Relaxed) {
            rt.main().pump();
        }
        push(log, 2);
    });
    assert_eq!(logs, [vec![1, 2]].into());
}

/// The thread that schedules may be slow: what a body schedules may come before what it schedules afterwards.
#[test]
fn a_body_may_come_before_the_next_when_of_its_scheduler() {
    let (_, logs) = all(100, |_, log| {
        let cown = Cown::new(());
        let (first, second) = (Arc::clone(log), Arc::clone(log));
        when!(let inner = cown.clone() => { when!(inner => { let _ = &inner; push(&first, 1) }); });
        when!(cown => { let _ = &cown; push(&second, 2) });
    });
    assert_eq!(logs, [vec![1, 2], vec![2, 1]].into());
}

/// Two bodies that run at the same time and schedule on the same two cowns.
#[test]
fn the_whens_of_two_bodies_interleave() {
    let (_, logs) = all(10_000, |_, log| {
        let cowns = [Cown::new(()), Cown::new(())];
        for n in 0..2 {
            let (log, [one, two]): (Log, _) = (Arc::clone(log), cowns.clone());
            when!(=> {
                let (here, there) = (Arc::clone(&log), Arc::clone(&log));
                when!(one => { let _ = &one; push(&here, n) });
                when!(two => { let _ = &two; push(&there, 10 + n) });
            });
        }
    });
    // On one cown the first body's comes first, on the other the second's.
    assert!(logs.contains(&vec![0, 1, 11, 10]), "{logs:?}");
    assert!(logs.contains(&vec![1, 0, 10, 11]), "{logs:?}");
}

/// What one thread does one after the other is never turned round.
#[test]
fn what_is_ordered_stays_ordered() {
    let (_, logs) = all(10_000, |_, log| {
        let cown = Cown::new(());
        let (resolver, promise) = Promise::<()>::new();
        let (one, two, three) = (Arc::clone(log), Arc::clone(log), Arc::clone(log));
        // Runs after the promise is resolved, which happens after `cown` was requested.
        when!(promise, let cown = cown.clone() => { let _ = &promise; when!(cown => { let _ = &cown; push(&two, 2) }); });
        when!(let cown = cown.clone() => {
            when!(=> push(&three, 3));
            when!(cown => { let _ = &cown; push(&one, 1) });
            resolver.resolve(());
        });
    });
    assert!(!logs.is_empty());
    for log in logs {
        let place = |n| log.iter().position(|&noted| noted == n);
        assert!(place(1) < place(2), "{log:?}");
    }
}

/// A batch enters its cowns' queues in the order of their addresses, which differ from run to run.
#[test]
fn a_batch_has_no_order_of_addresses() {
    within(LIMIT, || {
        let run = |reversed: bool| {
            let log = Log::default();
            let runtime = Runtime::simulated(3);
            let mut cowns: Vec<_> = (0..8).map(|_| Cown::new(())).collect();
            cowns.sort(); // by address
            if reversed {
                cowns.reverse();
            }
            runtime.enter(|| {
                batch(|b| {
                    for (n, cown) in (0..).zip(&cowns) {
                        let log = Arc::clone(&log);
                        when!(in b; cown => { let _ = &cown; push(&log, n) });
                    }
                });
                quiesce();
            });
            taken(&log)
        };
        assert_eq!(run(false), run(true));
    });
}

/// A search knows a promise from the next one that gets its memory: dropping promises early changes
/// no order. And a promise that was noted ends as any other one (AddressSanitizer sees whether it
/// does).
#[test]
fn promises_that_share_memory_are_not_mistaken_for_each_other() {
    let schedules = |kept: bool| {
        let (schedules, logs) = all(10_000, |_, log| {
            let promises: Arc<Mutex<Vec<Promise<u64>>>> = Arc::default();
            for n in 0..3 {
                let (log, promises) = (Arc::clone(log), Arc::clone(&promises));
                when!(=> {
                    let promise = when!(=> n);
                    let there = Arc::clone(&log);
                    when!(promise => push(&there, *promise));
                    if kept {
                        promises.lock().push(promise);
                    }
                });
            }
        });
        (schedules, logs)
    };
    assert_eq!(schedules(false), schedules(true));
}

/// A request that was noted and never entered leaves its promise as it was: with no other count
/// than its handles.
#[test]
fn a_promise_requested_by_a_cancelled_batch_ends_as_any_other() {
    within(LIMIT, || {
        explore(20, |_| {
            let cown = Cown::new(0);
            let value = Arc::new(7);
            let result = Arc::clone(&value);
            let promise = when!(cown => { *cown += 1; result });
            let gone = catch_unwind(AssertUnwindSafe(|| {
                batch(|b| -> () {
                    when!(in b; promise => assert_eq!(**promise, 7));
                    resume_unwind(Box::new(()));
                });
            }));
            assert!(gone.is_err());
            drop(promise);
            quiesce();
            assert_eq!(Arc::strong_count(&value), 1, "the result is dropped");
        });
    });
}

/// Where the first run does not show how many there are.
#[test]
fn no_more_runs_are_made_than_asked_for() {
    within(LIMIT, || {
        let runs_of = |cases| {
            let mut runs = 0;
            let explored = explore(cases, |_| {
                runs += 1;
                let first = Arc::new(AtomicBool::new(true));
                let other = Arc::clone(&first);
                when!(=> first.store(false, Ordering::Relaxed));
                when!(=> {
                    if other.load(Ordering::Relaxed) {
                        (0..3).for_each(|_| drop(when!(=> ())));
                    }
                });
            });
            assert_eq!(explored.schedules(), runs);
            (runs, explored.is_complete())
        };
        for cases in 2..25 {
            assert_eq!(runs_of(cases), (cases, false));
        }
        // One if the second behavior comes second; else all orders of the first one and of three more.
        assert_eq!(runs_of(25), (25, true));
        // And where it shows that there are too many, so that seeds decide.
        let mut runs = 0;
        let explored = explore(20, |_| {
            runs += 1;
            (0..8).for_each(|_| drop(when!(=> ())));
        });
        assert_eq!((explored.schedules(), runs, explored.is_complete()), (20, 20, false));
    });
}
