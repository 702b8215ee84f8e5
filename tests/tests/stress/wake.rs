//! Stress: one behavior at a time, with workers that have just fallen asleep, or are about to: a lost wake-up is a
//! hang here, because nobody polls. And runtimes that start and stop around little work, or are dropped in the middle of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Probe, Rng, Watch, no_polling, on_workers, stress};

/// Anything between not at all and long enough to fall asleep.
fn pause(rng: &mut Rng) {
    match rng.below(10) {
        0 => thread::sleep(Duration::from_micros(200 + rng.number() % 300)),
        1..=3 => (0..rng.number() % 2_000).for_each(|_| std::hint::spin_loop()),
        4 => thread::yield_now(),
        _ => {}
    }
}

fn one_at_a_time(rng: &mut Rng, workers: usize) {
    let mut rng = rng.clone();
    on_workers(workers, move || {
        let (_main, cown) = (no_polling(), Cown::new(0_u64));
        for i in 0..200 {
            pause(&mut rng);
            match rng.below(4) {
                0 => assert_eq!(when!(=> i).join().unwrap(), i),
                1 => quiesce(),
                2 => {
                    // From one worker to another: the second one may have to be woken by the first.
                    let outer = when!(cown => { *cown += 1; when!(=> i) });
                    assert_eq!(outer.join().unwrap().join().unwrap(), i);
                }
                _ => {
                    let (left, right) = (when!(=> i), when!(=> i));
                    assert_eq!(when!(left, right => *left + *right).join().unwrap(), 2 * i);
                }
            }
        }
    });
}

#[test]
fn one_behavior_at_a_time() {
    stress(20, |rng| [1, 2, 8].into_iter().for_each(|workers| one_at_a_time(rng, workers)));
}

#[test]
fn several_threads_one_behavior_at_a_time() {
    stress(10, |rng| {
        let mut rng = rng.clone();
        on_workers(1, move || {
            let runtime = Runtime::builder().workers(1 + rng.below(4)).build().expect("a runtime");
            boc_tests::scope(|scope| {
                for _ in 0..3 {
                    let (runtime, mut rng) = (&runtime, Rng::seeded(rng.number()));
                    scope.spawn(move || {
                        let _main = no_polling();
                        for i in 0..100 {
                            pause(&mut rng);
                            assert_eq!(runtime.enter(|| when!(=> i)).join().unwrap(), i);
                        }
                    });
                }
            });
        });
    });
}

/// The queue runs dry between the bursts, mostly with readers still inside: who comes next finds nobody to stand
/// behind, and yet may have to wait.
#[test]
fn readers_and_writers_one_burst_at_a_time() {
    stress(10, |rng| {
        let mut rng = rng.clone();
        on_workers(3, move || {
            let (_main, watch) = (no_polling(), Watch::new());
            let (probe, mut writes) = (Cown::new(Probe::new(0, &watch)), 0);
            let mut seen = Vec::new();
            for _ in 0..40 {
                for _ in 0..1 + rng.below(4) {
                    let stays = Duration::from_micros(if rng.chance(30) { 600 } else { 0 });
                    let found = when!(read probe => {
                        let _held = probe.shared();
                        thread::sleep(stays);
                        probe.log.len() as u64
                    });
                    seen.push((writes, found));
                }
                thread::sleep(Duration::from_micros(rng.number() % 400));
                if rng.chance(50) {
                    when!(probe => { let _held = probe.exclusive(); probe.log.push(writes) });
                    writes += 1;
                }
                if rng.chance(50) {
                    quiesce();
                }
            }
            for (expected, promise) in seen {
                assert_eq!(promise.join().unwrap(), expected);
            }
            watch.assert_clean();
        });
    });
}

#[test]
fn runtimes_that_start_and_stop_around_little_work() {
    stress(10, |rng| {
        let (_main, ran) = (no_polling(), Arc::new(AtomicUsize::new(0)));
        let mut scheduled = 0;
        for _ in 0..20 {
            let runtime = Runtime::builder().workers(1 + rng.below(4)).build().expect("a runtime");
            runtime.enter(|| {
                for _ in 0..rng.below(10) {
                    scheduled += 1;
                    when!(clone ran => ran.fetch_add(1, Ordering::SeqCst));
                }
            });
            pause(rng);
            runtime.quiesce();
            runtime.shutdown();
        }
        assert_eq!(ran.load(Ordering::SeqCst), scheduled);
    });
}

#[test]
fn a_runtime_dropped_in_the_middle_leaves_every_promise_decided() {
    stress(20, |rng| {
        let _main = no_polling();
        let runtime = Runtime::builder().workers(1 + rng.below(3)).build().expect("a runtime");
        let cowns: Vec<Cown<u32>> = (0..3).map(|_| Cown::new(0)).collect();
        let mut promises = Vec::new();
        runtime.enter(|| {
            for _ in 0..100 {
                let chosen: Vec<&Cown<u32>> = rng.choose(3, 1, 3).into_iter().map(|at| &cowns[at]).collect();
                let promise = when!(chosen => { chosen[0] += 1; chosen[0] });
                promises.push(when!(read promise => *promise));
                promises.push(promise);
            }
        });
        pause(rng);
        drop(runtime);
        for promise in promises {
            if let Err(failure) = promise.join() {
                assert_eq!(failure.kind(), FailureKind::Cancelled, "{failure}");
            }
        }
    });
}
