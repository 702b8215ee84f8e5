//! Promise: the behaviors of a batch enter their cowns' queues together: nobody sees some of them and not the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use boc::prelude::*;
use boc::{FailureKind, batch};
use boc_tests::{on_workers, stress};

#[test]
fn nothing_comes_between_the_behaviors_of_a_batch() {
    on_workers(2, || {
        let log = Cown::new(Vec::new());
        let other = Cown::new(0);
        batch(|b| {
            when!(in b; log => log.push("first"));
            // Scheduled meanwhile by somebody else: before the whole batch.
            when!(log => log.push("stranger"));
            when!(in b; log, read other => {
                let _ = *other;
                log.push("second");
            });
        });
        let log = when!(log => log.clone()).join().expect("the log");
        assert_eq!(log, ["stranger", "first", "second"]);
    });
}

#[test]
fn a_batch_returns_the_value_of_its_closure_and_its_promises_are_good() {
    on_workers(2, || {
        let a = Cown::new(1);
        let (first, second) = batch(|b| {
            (
                when!(in b; a => { *a += 1; *a }),
                b.when(&a, |mut a| {
                    *a *= 10;
                    *a
                }),
            )
        });
        assert_eq!(first.join().expect("runs"), 2);
        assert_eq!(second.join().expect("runs"), 20);
        batch(|_| ()); // an empty one is one, too
        batch(|b| drop(when!(in b; => ())));
    });
}

#[test]
fn a_batch_whose_closure_panics_never_runs() {
    on_workers(2, || {
        let a = Cown::new(Vec::new());
        let kept = Arc::new(());
        let captured = Arc::clone(&kept);
        let (resolver, promise) = Promise::<FailureKind>::new();
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    batch(|b| {
                        let lost = when!(in b; a, captured = None::<&Cown<u8>>, let token = captured => {
                            let _ = (&captured, &token);
                            a.push(1);
                        });
                        when!(try lost => resolver.resolve(lost.expect_err("cancelled").kind()));
                        panic!("no batch");
                    })
                })
                .join()
        });
        assert!(panicked.is_err());
        assert_eq!(promise.join().expect("told"), FailureKind::Cancelled);
        assert_eq!(Arc::strong_count(&kept), 1, "the captures are dropped");
        assert_eq!(when!(a => a.len()).join().expect("the cown is free"), 0);
    });
}

#[test]
fn the_handles_may_be_gone_before_the_batch_enters() {
    on_workers(1, || {
        let seen = batch(|b| {
            let gone = Cown::new(String::from("still there"));
            when!(in b; gone => gone.clone())
        });
        assert_eq!(seen.join().expect("runs"), "still there");
    });
}

/// Batches over overlapping sets, shared and exclusive, against single behaviors that look whether the two halves of
/// a batch are both there or neither.
#[test]
fn no_other_behavior_sees_half_of_a_batch() {
    stress(20, |rng| {
        let mut rng = rng.clone();
        on_workers(1 + rng.below(4), move || {
            let cowns: Vec<Cown<u64>> = (0..4).map(|_| Cown::new(0)).collect();
            let halves = Arc::new(AtomicU64::new(0));
            boc_tests::scope(|scope| {
                for _ in 0..2 {
                    let (cowns, halves, mut rng) = (&cowns, &halves, boc_tests::Rng::seeded(rng.number()));
                    scope.spawn(move || {
                        for _ in 0..100 {
                            let at = rng.below(3);
                            let (one, two, third) = (&cowns[at], &cowns[at + 1], &cowns[(at + 2) % 4]);
                            if rng.chance(50) {
                                batch(|b| {
                                    when!(in b; one => *one += 1);
                                    when!(in b; read third => { let _ = *third; });
                                    when!(in b; two => *two += 1);
                                    when!(in b; one, two => { *one += 1; *two += 1; });
                                    when!(in b; two => *two += 1);
                                    when!(in b; one => *one += 1);
                                });
                            } else {
                                let halves = Arc::clone(halves);
                                when!(read one, read two, let _at = at => {
                                    // Each batch adds 3 to both of two neighbours.
                                    if !(*one + *two).is_multiple_of(3) {
                                        halves.fetch_add(1, Ordering::SeqCst);
                                    }
                                });
                            }
                        }
                    });
                }
            });
            quiesce();
            assert_eq!(halves.load(Ordering::SeqCst), 0, "half of a batch was seen");
        });
    });
}
