//! Promise: the behaviors of a batch enter their cowns' queues together: nobody sees some of them and not the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc::{FailureKind, batch};
use boc_tests::{LIMIT, on_home, on_workers, panic_message, stress, within};

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
        let mut lost = None;
        let message = panic_message(|| {
            batch(|b| {
                lost = Some(when!(in b; a, captured = None::<&Cown<u8>>, let token = captured => {
                    let _ = (&captured, &token);
                    a.push(1);
                }));
                panic!("no batch")
            })
        });
        assert_eq!(message, "no batch");
        let lost = lost.expect("scheduled");
        let told = when!(try lost => lost.expect_err("cancelled").kind());
        assert_eq!(told.join().expect("told"), FailureKind::Cancelled);
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

/// Inside of the closure nothing of the batch starts: waiting for it would never end.
#[test]
fn waiting_for_a_behavior_of_the_open_batch_is_refused() {
    fn refused(wait: impl FnOnce()) {
        let message = panic_message(wait);
        assert!(message.contains("inside the closure of a `batch`"), "{message}");
        assert!(message.contains("return the promise from the closure"), "{message}");
    }
    fn all(n: &Cown<i32>) {
        let (promise, clone, later) = batch(|b| {
            quiesce(); // nothing is scheduled through it yet
            let promise = when!(in b; n => *n);
            let joined = promise.clone();
            refused(|| drop(joined.join()));
            let mut timed = promise.clone();
            refused(|| drop(timed.join_timeout(Duration::ZERO)));
            timed = promise.clone();
            refused(|| drop(timed.join_timeout(Duration::MAX)));
            refused(quiesce);
            refused(|| boc::quiesce_timeout(Duration::ZERO).unwrap());
            refused(boc::wait);
            // An inner batch has entered when its closure returns; what the outer one has, has not.
            let inner = batch(|b| {
                let own = when!(in b; => 2);
                let (joined, outer) = (own.clone(), promise.clone());
                refused(|| drop(joined.join()));
                refused(|| drop(outer.join()));
                own
            });
            assert_eq!(inner.join().expect("it has entered"), 2);
            let later = promise.clone();
            (promise.clone(), promise, later)
        });
        assert_eq!(promise.join().expect("it has entered now"), 1);
        drop((clone, later));
        quiesce();
    }
    on_workers(1, || all(&Cown::new(1)));
    on_home(1, |_| all(&Cown::new(1)));
    within(LIMIT, || Runtime::simulated(1).enter(|| all(&Cown::new(1))));
}

/// A behavior outside of the batch would enter before it, and could wait for it in one queue and be waited for in another.
#[test]
fn requesting_a_promise_of_the_open_batch_outside_of_it_is_refused() {
    fn refused(schedule: impl FnOnce()) {
        let message = panic_message(schedule);
        assert!(message.contains("a `batch` whose closure has not returned"), "{message}");
        assert!(message.contains("through the batch"), "{message}");
    }
    fn all() {
        let (first, last) = (Cown::new(1), Cown::new(2));
        let (promise, sum) = batch(|b| {
            let promise = when!(in b; first => *first);
            refused(|| drop(when!(promise => *promise)));
            refused(|| drop(when!(read promise, last => *last += *promise)));
            let group = [promise.clone()];
            refused(|| drop(when!(read group => group.len())));
            refused(|| boc::scope(|s| drop(s.when(read(&promise), |_| ()))));
            refused(|| batch(|inner| drop(when!(in inner; read promise => *promise))));
            let error = boc::try_when((read(&promise), &last), |_| ()).expect_err("refused");
            assert_eq!(error.positions(), None);
            // What is refused is not scheduled, and leaves nothing behind.
            when!(last => *last += 1).join().expect("free");
            let sum = when!(in b; read promise, last => *last + *promise);
            assert!(!promise.is_finished());
            (promise, sum)
        });
        let later = when!(read promise, read first => *promise + *first);
        assert_eq!(sum.join().expect("in the batch"), 4);
        assert_eq!(later.join().expect("after the batch"), 2);
        quiesce();
    }
    on_workers(1, all);
    on_workers(2, all);
    within(LIMIT, || Runtime::simulated(1).enter(all));
    within(LIMIT, || boc::explore(20, |_| all()));
    // On another thread, too; until the closure has returned, or has panicked.
    on_workers(2, || {
        let beside = |promise: &Promise<i32>| {
            let promise = promise.clone();
            thread::spawn(move || panic_message(|| drop(when!(read promise => *promise))))
        };
        let promise = batch(|b| {
            let promise = when!(in b; => 1);
            let message = beside(&promise).join().expect("a message");
            assert!(message.contains("whose closure has not returned"), "{message}");
            promise
        });
        assert_eq!(when!(read promise => *promise).join().expect("it has entered"), 1);
        let mut kept = None;
        panic_message(|| {
            batch(|b| {
                kept = Some(when!(in b; => 1));
                panic!("as expected")
            })
        });
        let kept = kept.expect("scheduled");
        let failure = when!(read kept => *kept).join().expect_err("it failed");
        assert_eq!(failure.kind(), FailureKind::Cancelled);
    });
}

/// What a refused body has captured is dropped while the batch is open: a request of its destructor is not one of the batch.
#[test]
fn a_destructor_that_runs_in_the_batch_is_outside_of_it() {
    struct Requests(Promise<i32>, Cown<i32>);
    impl Drop for Requests {
        fn drop(&mut self) {
            let message = panic_message(|| drop(when((&self.0, &self.1), |_| ())));
            assert!(message.contains("whose closure has not returned"), "{message}");
        }
    }
    on_workers(1, || {
        let (a, c) = (Cown::new(1), Cown::new(2));
        let promise = batch(|b| {
            let promise = when!(in b; a, c => *a + *c);
            let requests = Requests(promise.clone(), c.clone());
            let message = panic_message(|| drop(b.when((&a, &a), move |_| drop(requests))));
            assert!(message.contains("same cown"), "{message}");
            promise
        });
        assert_eq!(promise.join().expect("runs"), 3);
    });
}

#[test]
fn waiting_for_what_is_not_of_the_open_batch_is_not_refused() {
    on_home(1, |main| {
        let (n, before) = (Cown::new(1), when!(=> 1));
        let other = Runtime::builder().workers(1).build().expect("a thread");
        let canvas = PinnedCown::new(main, 0);
        let promise = batch(|b| {
            let promise = when!(in b; n => *n += 1);
            assert_eq!(before.join().expect("runs"), 1);
            assert_eq!(when!(n => *n).join().expect("runs"), 1, "before the whole batch");
            when!(pinned canvas => *canvas += 1).join().expect("waiting pumps");
            let mut sum = 0;
            boc::scope(|s| drop(s.when((), |()| sum += 1)));
            assert_eq!(sum, 1);
            assert_eq!(other.when((), |()| 3).join().expect("runs"), 3);
            other.quiesce();
            boc::explore(2, |_| when!(=> 1).join().map(drop).expect("runs"));
            promise
        });
        promise.join().expect("runs");
    });
    // A closure that panics closes its batch, too.
    on_workers(1, || {
        let mut kept = None;
        let message = panic_message(|| {
            batch(|b| {
                kept = Some(when!(in b; => 1));
                panic!("as expected")
            })
        });
        assert_eq!(message, "as expected");
        let failure = kept.expect("scheduled").join().expect_err("cancelled");
        assert_eq!(failure.kind(), FailureKind::Cancelled);
        assert_eq!(failure.message(), "cancelled before it ran: the closure of its batch panicked");
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
