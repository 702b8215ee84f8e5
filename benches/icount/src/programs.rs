//! Owns: the programs. Each runs so many rounds of [`ROUND`] behaviors.

use std::hint::black_box;
use std::sync::Arc;

use boc::prelude::*;

use crate::gate::Gate;

/// How many behaviors are scheduled before the first of them runs: few enough for the caches.
pub(crate) const ROUND: u64 = 100;

/// Runs so many rounds.
pub(crate) type Program = fn(u64);

pub(crate) const PROGRAMS: &[(&str, Program)] = &[
    ("empty", empty),
    ("one_cown", one_cown),
    ("one_cown_queued", one_cown_queued),
    ("two_cowns", two_cowns),
    ("shared", shared),
    ("nested", nested),
    ("promise_requested", promise_requested),
    ("promise_joined", promise_joined),
    ("pinned", pinned),
];

/// No cowns at all.
fn empty(rounds: u64) {
    in_bodies(rounds, || {
        for _ in 0..ROUND {
            when!(=> {});
        }
    });
}

/// Each behavior has a cown that nobody else wants at that moment.
fn one_cown(rounds: u64) {
    let cowns = counters();
    in_bodies(rounds, move || {
        for cown in &cowns {
            when!(cown => *cown += 1);
        }
    });
}

/// All of them want the same cown, and wait for one another.
fn one_cown_queued(rounds: u64) {
    holding_a_cown(rounds, |cown| {
        for _ in 0..ROUND {
            when!(cown => *cown += 1);
        }
    });
}

/// As `one_cown`, with two.
fn two_cowns(rounds: u64) {
    let (ones, twos) = (counters(), counters());
    in_bodies(rounds, move || {
        for (one, two) in ones.iter().zip(&twos) {
            when!(one, two => {
                *one += 1;
                *two += 1;
            });
        }
    });
}

/// All of them read the same cown, let in together when its writer ends.
fn shared(rounds: u64) {
    holding_a_cown(rounds, |cown| {
        for _ in 0..ROUND {
            when!(read cown => {
                black_box(*cown);
            });
        }
    });
}

/// A behavior that schedules itself again on the cown that it holds.
fn nested(rounds: u64) {
    fn step(mut left: Acquired<'_, u64>, done: Arc<Gate>) {
        *left -= 1;
        if *left == 0 {
            done.open();
        } else {
            when!(left => step(left, done));
        }
    }
    let left = Cown::new(rounds * ROUND);
    let done = Gate::new();
    when!(left, clone done => step(left, done));
    done.wait(1);
}

/// A chain: each behavior requests the promise of the one before.
fn promise_requested(rounds: u64) {
    in_bodies(rounds, || {
        let mut last = when!(=> 0_u64);
        for _ in 1..ROUND {
            last = when!(last => *last + 1);
        }
    });
}

/// Scheduled from outside, run, and the result taken by a thread that finds it there.
///
/// The two threads take turns, so that each always sleeps when the other works: at the end of its turn the worker runs a
/// body that waits at its gate.
fn promise_joined(rounds: u64) {
    fn end_turn(turn: u64, cown: &Cown<u64>, main: &Arc<Gate>, worker: &Arc<Gate>) {
        when!(cown, clone main, clone worker => {
            *cown += 1;
            main.open();
            worker.wait(turn);
        });
    }
    let (cown, main, worker) = (Cown::new(0), Gate::new(), Gate::new());
    end_turn(1, &cown, &main, &worker);
    main.wait(1);
    for round in 1..=rounds {
        let promises: Vec<_> = (0..ROUND).map(|number| when!(cown => { *cown += 1; number })).collect();
        end_turn(round + 1, &cown, &main, &worker);
        worker.open();
        main.wait(round + 1);
        let sum: u64 = promises.into_iter().map(|promise| promise.join().expect("no body panics")).sum();
        assert_eq!(sum, ROUND * (ROUND - 1) / 2);
    }
    worker.open();
}

/// As `one_cown`, on the thread that pumps.
fn pinned(rounds: u64) {
    let main = MainThread::claim().expect("the first claim");
    let cowns: Vec<_> = (0..ROUND).map(|_| PinnedCown::new(&main, 0)).collect();
    for _ in 0..rounds {
        for cown in &cowns {
            when!(pinned cown => *cown += 1);
        }
        main.pump();
    }
}

fn counters() -> Vec<Cown<u64>> {
    (0..ROUND).map(|_| Cown::new(0)).collect()
}

/// Calls `round` in bodies, each scheduled behind what the round before has scheduled.
fn in_bodies(rounds: u64, round: impl Fn() + Send + Sync + 'static) {
    fn next(left: u64, round: Arc<dyn Fn() + Send + Sync>, done: Arc<Gate>) {
        when!(=> {
            if left == 0 {
                done.open();
            } else {
                round();
                next(left - 1, round, done);
            }
        });
    }
    let done = Gate::new();
    next(rounds, Arc::new(round), Arc::clone(&done));
    done.wait(1);
}

/// Calls `round` in bodies that hold the cown it gets: what it schedules there waits for the body's end.
fn holding_a_cown(rounds: u64, round: fn(&Cown<u64>)) {
    fn next(left: u64, cown: Cown<u64>, round: fn(&Cown<u64>), done: Arc<Gate>) {
        when!(holder = &cown, clone cown => {
            *holder += 1;
            if left == 0 {
                done.open();
            } else {
                round(&cown);
                next(left - 1, cown, round, done);
            }
        });
    }
    let done = Gate::new();
    next(rounds, Cown::new(0), round, Arc::clone(&done));
    done.wait(1);
}
