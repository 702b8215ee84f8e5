//! Promise: isolation. While a behavior runs, nobody else can touch what it holds, whatever the shape of the sets;
//! and it gives everything back together, when it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Gate, Probe, Rng, Watch, on_workers};

#[test]
fn no_two_bodies_hold_the_same_cown() {
    on_workers(8, || {
        let watch = Watch::new();
        let probe = Cown::new(Probe::new(0, &watch));
        for i in 0..2_000 {
            when!(probe => {
                let held = probe.exclusive();
                held.linger(i % 200);
                probe.log.push(i);
            });
        }
        let count = when!(probe => probe.log.len()).join().unwrap();
        assert_eq!(count, 2_000);
        watch.assert_clean();
    });
}

#[test]
fn sets_that_overlap_in_any_way_stay_isolated() {
    on_workers(8, || {
        let watch = Watch::new();
        let cowns: Vec<Cown<Probe>> = Probe::several(5, &watch).into_iter().map(Cown::new).collect();
        let mut rng = Rng::seeded(7);
        let mut expected = [0; 5];
        for i in 0..2_000 {
            let chosen = rng.choose(5, 1, 5);
            let group: Vec<&Cown<Probe>> = chosen.iter().map(|at| &cowns[*at]).collect();
            chosen.iter().for_each(|at| expected[*at] += 1);
            when!(group => {
                let held: Vec<_> = group.iter_mut().map(Probe::exclusive).collect();
                held[0].linger(50);
                group.iter_mut().for_each(|probe| probe.log.push(i));
            });
        }
        for (cown, expected) in cowns.iter().zip(expected) {
            assert_eq!(when!(cown => cown.log.len()).join().unwrap(), expected);
        }
        watch.assert_clean();
    });
}

/// Transfers between random accounts from several threads; somebody always adds up all accounts.
#[test]
fn a_sum_over_all_accounts_never_sees_half_a_transfer() {
    on_workers(4, || {
        let accounts: Vec<Cown<i64>> = (0..6).map(|_| Cown::new(100)).collect();
        let mut sums = Vec::new();
        let mut rng = Rng::seeded(11);
        for _ in 0..1_000 {
            let pair = rng.choose(6, 2, 2);
            let (from, to) = (&accounts[pair[0]], &accounts[pair[1]]);
            let amount = rng.below(30) as i64;
            when!(from, to => {
                *from -= amount;
                thread::yield_now();
                *to += amount;
            });
            if rng.chance(10) {
                sums.push(when!(read accounts => accounts.iter().sum::<i64>()));
            }
        }
        for sum in sums {
            assert_eq!(sum.join().unwrap(), 600);
        }
    });
}

/// Releasing one cown before the end would let somebody see it before the others: two-phase locking forbids it.
#[test]
fn a_guard_dropped_early_releases_nothing() {
    on_workers(2, || {
        let (cown, other) = (Cown::new(0), Cown::new(0));
        let (gate, ran) = (Gate::new(), Arc::new(AtomicBool::new(false)));
        let first = when!(cown, other, clone gate, clone ran => {
            {
                let _gone = cown;
            }
            gate.pass(); // until the second one is queued
            thread::sleep(Duration::from_millis(20));
            *other = 1;
            ran.load(Ordering::SeqCst)
        });
        gate.until_waiting(1);
        when!(cown, clone ran => {
            *cown += 1;
            ran.store(true, Ordering::SeqCst);
        });
        gate.open();
        assert!(!first.join().unwrap(), "the second behavior ran while the first had not ended");
        quiesce();
        assert!(ran.load(Ordering::SeqCst));
    });
}

#[test]
fn opposite_request_orders_do_not_deadlock() {
    on_workers(4, || {
        let (a, b, c) = (Cown::new(0), Cown::new(0), Cown::new(0));
        for _ in 0..2_000 {
            when!(a, b => { *a += 1; *b += 1; });
            when!(b, c => { *b += 1; *c += 1; });
            when!(c, a => { *c += 1; *a += 1; });
        }
        let all = [a, b, c];
        assert_eq!(when!(all => all.iter().copied().collect::<Vec<_>>()).join().unwrap(), [4_000; 3]);
    });
}

/// Several threads schedule sets that go round in a circle, single requests in between: whoever half entered its
/// queues in another order than the rest would wait for ever.
#[test]
fn opposite_request_orders_from_several_threads_do_not_deadlock() {
    on_workers(2, || {
        let runtime = Runtime::builder().workers(2).build().unwrap();
        let cowns: Vec<Cown<u32>> = (0..4).map(|_| Cown::new(0)).collect();
        let each = 3_000;
        boc_tests::scope(|scope| {
            for shift in 0..4 {
                let (runtime, cowns) = (&runtime, &cowns);
                scope.spawn(move || {
                    runtime.enter(|| {
                        for i in 0..each {
                            let at = |offset: usize| &cowns[(shift + i + offset) % 4];
                            when!(one = at(0), other = at(1) => { *one += 1; *other += 1; });
                            when!(one = at(2) => *one += 1);
                            when!(one = at(3), other = at(0) => { *one += 1; *other += 1; });
                        }
                    });
                });
            }
        });
        let total = runtime.enter(|| when!(cowns => cowns.iter().sum::<u32>()));
        assert_eq!(total.join().unwrap() as usize, 4 * each * 5);
        runtime.shutdown();
    });
}

/// A worker that holds cowns never helps itself to more work: a body that saw another one start on its thread
/// would be running inside it.
#[test]
fn no_body_runs_inside_another() {
    thread_local!(static INSIDE: AtomicBool = const { AtomicBool::new(false) });
    on_workers(2, || {
        let watch = Watch::new();
        let cowns: Vec<Cown<u64>> = (0..4).map(|_| Cown::new(0)).collect();
        for i in 0..400 {
            let cown = &cowns[i % 4];
            when!(cown, clone watch => {
                let inside = INSIDE.with(|inside| inside.swap(true, Ordering::SeqCst));
                watch.check(!inside, || "a body inside another".into());
                let result = when!(=> 1);
                when!(cown, result => *cown += *result);
                thread::yield_now();
                INSIDE.with(|inside| inside.store(false, Ordering::SeqCst));
            });
        }
        quiesce();
        let total = when!(cowns => cowns.iter().sum::<u64>()).join().unwrap();
        assert_eq!(total, 400);
        watch.assert_clean();
    });
}
