//! Owns: programs about who gets which cowns, and when: isolation, order, no deadlock.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{beside, explore, pause, runtime};
use crate::{Cown, batch, read, when};

#[test]
fn two_cowns_in_opposite_orders() {
    explore(|| {
        let runtime = runtime();
        let (left, right) = (Cown::new(100), Cown::new(100));
        let other = beside(&runtime, {
            let (left, right) = (left.clone(), right.clone());
            move |runtime| {
                runtime.when((&right, &left), |(mut right, mut left)| {
                    let sum = *right + *left;
                    *right = 0;
                    pause();
                    *left = sum;
                });
            }
        });
        runtime.when((&left, &right), |(mut left, mut right)| {
            let sum = *left + *right;
            *left = 1;
            pause();
            *right = sum - 1;
        });
        other.join().expect("no panic");
        let sum = runtime.when((read(&left), read(&right)), |(left, right)| *left + *right);
        assert_eq!(sum.join().expect("no panic"), 200);
    });
}

#[test]
fn a_ring_of_three() {
    explore(|| {
        let runtime = runtime();
        let forks = [Cown::new(0), Cown::new(0), Cown::new(0)];
        let others = [1, 2].map(|place| {
            let forks = forks.clone();
            beside(&runtime, move |runtime| {
                let pair = [&forks[place], &forks[(place + 1) % 3]];
                runtime.when(&pair, |mut pair| pair.iter_mut().for_each(|fork| *fork += 1));
            })
        });
        runtime.when(&[&forks[0], &forks[1]], |mut pair| pair.iter_mut().for_each(|fork| *fork += 1));
        for other in others {
            other.join().expect("no panic");
        }
        let used = runtime.when(&forks, |forks| forks.iter().copied().collect::<Vec<_>>());
        assert_eq!(used.join().expect("no panic"), [2, 2, 2]);
    });
}

#[test]
fn each_thread_is_served_in_its_own_order() {
    explore(|| {
        let runtime = runtime();
        let log = Cown::new(Vec::new());
        let schedule = |runtime: &crate::Runtime, log: &Cown<Vec<(u8, u8)>>, thread| {
            for turn in 0..3 {
                runtime.when(log, move |mut log| {
                    let length = log.len();
                    pause();
                    assert_eq!(log.len(), length);
                    log.push((thread, turn));
                });
            }
        };
        let other = beside(&runtime, {
            let log = log.clone();
            move |runtime| schedule(runtime, &log, 1)
        });
        schedule(&runtime, &log, 0);
        other.join().expect("no panic");
        let log = runtime.when(&log, |log| log.clone()).join().expect("no panic");
        for thread in 0..2 {
            let turns: Vec<_> = log.iter().filter(|(by, _)| *by == thread).map(|(_, turn)| *turn).collect();
            assert_eq!(turns, [0, 1, 2], "{log:?}");
        }
    });
}

#[test]
fn readers_and_writers() {
    /// What writers make different for a moment.
    type Twice = (u32, u32);

    fn write(runtime: &crate::Runtime, cown: &Cown<Twice>) {
        runtime.when(cown, |mut twice| {
            twice.0 += 1;
            pause();
            twice.1 += 1;
        });
    }

    explore(|| {
        let runtime = runtime();
        let cown = Cown::new((0, 0));
        let read_by = |runtime: &crate::Runtime, cown: &Cown<Twice>| {
            runtime.when(read(cown), |twice| {
                let before = *twice;
                pause();
                assert_eq!(*twice, before);
                assert_eq!(before.0, before.1);
                before.0
            })
        };
        let other = beside(&runtime, {
            let cown = cown.clone();
            move |runtime| {
                let first = read_by(runtime, &cown);
                write(runtime, &cown);
                (first, read_by(runtime, &cown))
            }
        });
        let first = read_by(&runtime, &cown);
        let second = read_by(&runtime, &cown);
        write(&runtime, &cown);
        let third = read_by(&runtime, &cown);
        let (before, after) = other.join().expect("no panic");
        let [first, second, third, before, after] =
            [first, second, third, before, after].map(|seen| seen.join().expect("no panic"));
        assert!(first <= second && second < third && third <= 2);
        assert!(before < after && after <= 2);
    });
}

#[test]
fn a_batch_is_seen_whole() {
    fn increment_both(left: &Cown<u32>, right: &Cown<u32>) {
        batch(|batch| {
            batch.when(left, |mut left| *left += 1);
            batch.when(right, |mut right| *right += 1);
        });
    }

    explore(|| {
        let runtime = runtime();
        let (left, right) = (Cown::new(0), Cown::new(0));
        let other = beside(&runtime, {
            let (left, right) = (left.clone(), right.clone());
            move |runtime| {
                runtime.enter(|| increment_both(&right, &left));
                runtime.when((&left, read(&right)), |(left, right)| (*left, *right))
            }
        });
        runtime.enter(|| increment_both(&left, &right));
        let here = runtime.when((read(&left), read(&right)), |(left, right)| (*left, *right));
        let there = other.join().expect("no panic");
        for seen in [here, there] {
            let (left, right) = seen.join().expect("no panic");
            assert_eq!(left, right);
            assert!(left == 1 || left == 2);
        }
    });
}

#[test]
fn behaviors_that_schedule_behaviors() {
    explore(|| {
        let runtime = runtime();
        let (tree, leaves) = (Cown::new(0), Cown::new(0));
        for _ in 0..2 {
            runtime.when(&tree, {
                let leaves = leaves.clone();
                move |mut tree| {
                    *tree += 1;
                    when((&leaves, &tree), |(mut leaves, mut tree)| {
                        *leaves += 1;
                        *tree += 10;
                    });
                    when(&leaves, |mut leaves| *leaves += 1);
                }
            });
        }
        runtime.quiesce();
        assert_eq!(tree.try_into_inner().expect("the only handle"), 22);
        assert_eq!(leaves.try_into_inner().expect("the only handle"), 4);
    });
}

#[test]
fn readers_run_beside_each_other() {
    static INSIDE: AtomicUsize = AtomicUsize::new(0);
    explore(|| {
        let runtime = runtime();
        let cown = Cown::new(());
        INSIDE.store(0, Ordering::Relaxed);
        // Each waits for the other: a reader that were kept out for as long as the other reads would never come.
        let meet = || {
            INSIDE.fetch_add(1, Ordering::Relaxed);
            while INSIDE.load(Ordering::Relaxed) < 2 {
                crate::sync::yield_now();
            }
        };
        runtime.when(&cown, |_| pause());
        runtime.when(read(&cown), move |_| meet());
        runtime.when(read(&cown), move |_| meet());
        runtime.when(&cown, |_| assert_eq!(INSIDE.load(Ordering::Relaxed), 2)).join().expect("no panic");
    });
}
