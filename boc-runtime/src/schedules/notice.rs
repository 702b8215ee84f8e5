//! Owns: programs about the noticeboard.

use std::sync::Arc;

use super::{Count, beside, explore, fail, pause, runtime};
use crate::{Cown, Notice, Promise, when};

/// Two values that are always posted together.
fn pair() -> (Notice<u32>, Notice<u32>) {
    (Notice::of(0), Notice::of(0))
}

#[test]
fn posts_of_a_body_are_seen_together_and_by_what_follows() {
    explore(|| {
        let (runtime, (one, two), cown) = (runtime(), pair(), Cown::new(()));
        let reads = {
            let (one, two) = (one.clone(), two.clone());
            beside(&runtime, move |runtime| {
                let seen = runtime.when((), move |()| (*one.read(), *two.read()));
                seen.join().expect("no panic")
            })
        };
        let posts = {
            let (one, two) = (one.clone(), two.clone());
            runtime.when(&cown, move |_| {
                one.post(1);
                pause();
                two.update(|n| n + 1);
            })
        };
        let follows = {
            let (one, two) = (one.clone(), two.clone());
            runtime.when(&cown, move |_| (*one.read(), *two.read()))
        };
        posts.join().expect("no panic");
        assert_eq!(runtime.enter(|| (*one.read(), *two.read())), (1, 1));
        assert_eq!(follows.join().expect("no panic"), (1, 1));
        let (one, two) = reads.join().expect("no panic");
        assert_eq!(one, two);
    });
}

#[test]
fn what_is_held_back_meets_the_end_of_its_body() {
    explore(|| {
        let (runtime, level, cown) = (runtime(), Notice::of(0), Cown::new(0));
        let other = {
            let cown = cown.clone();
            // Its last grant is another thread's.
            beside(&runtime, move |runtime| {
                runtime.when(&cown, |mut cown| {
                    pause();
                    *cown += 1;
                })
            })
        };
        let body = {
            let (level, cown) = (level.clone(), cown.clone());
            runtime.when((), move |()| {
                level.post(1);
                let read = |level: &Notice<u32>| {
                    let level = level.clone();
                    move || *level.read()
                };
                let (free, waits) = (read(&level), read(&level));
                let free = when((), move |()| free());
                let waits = when(&cown, move |_| waits());
                pause();
                (free, waits)
            })
        };
        let (free, waits): (Promise<u32>, Promise<u32>) = body.join().expect("no panic");
        assert_eq!((free.join().expect("no panic"), waits.join().expect("no panic")), (1, 1));
        drop(other.join().expect("no panic"));
    });
}

#[test]
fn a_body_that_panics_lets_go_what_it_held_back() {
    explore(|| {
        let (runtime, level, ran) = (runtime(), Notice::of(0), Count::default());
        let failed = {
            let (level, ran) = (level.clone(), ran.clone());
            runtime.when((), move |()| {
                level.post(1);
                when((), move |()| ran.add());
                fail("as expected");
            })
        };
        assert!(failed.join().is_err());
        runtime.quiesce();
        assert_eq!((ran.get(), runtime.enter(|| *level.read())), (1, 0));
    });
}

#[test]
fn a_change_meets_the_one_who_waits_for_it() {
    explore(|| {
        let (runtime, level) = (runtime(), Notice::of(0));
        let posts = {
            let level = level.clone();
            beside(&runtime, move |runtime| drop(runtime.when((), move |()| level.update(|n| n + 1))))
        };
        runtime.enter(|| {
            while *level.read() == 0 {
                level.changed().join().expect("the runtime lives");
            }
        });
        posts.join().expect("no panic");
    });
}

#[test]
fn updates_of_two_workers_add_up() {
    explore(|| {
        let (runtime, sum) = (runtime(), Notice::of(0));
        let outside = {
            let sum = sum.clone();
            beside(&runtime, move |runtime| runtime.enter(|| sum.update(|n| n + 1)))
        };
        for _ in 0..2 {
            let sum = sum.clone();
            runtime.when((), move |()| {
                sum.read();
                sum.update(|n| n + 1);
            });
        }
        outside.join().expect("no panic");
        runtime.quiesce();
        assert_eq!(runtime.enter(|| *sum.read()), 3);
    });
}

#[test]
fn a_notice_goes_while_a_body_reads_another_that_gets_its_index() {
    explore(|| {
        let (runtime, first) = (runtime(), Notice::of(1));
        runtime.enter(|| first.post(2));
        let reads = {
            let first = first.clone();
            runtime.when((), move |()| {
                let seen = *first.read();
                drop(first);
                pause();
                (seen, *Notice::of(7).read())
            })
        };
        drop(first);
        let second = Notice::of(5);
        runtime.enter(|| second.post(6));
        assert_eq!(reads.join().expect("no panic"), (2, 7));
        assert_eq!(runtime.enter(|| *second.read()), 6);
    });
}

#[test]
fn a_runtime_is_dropped_while_a_body_holds_something_back() {
    explore(|| {
        let (runtime, level, dropped) = (runtime(), Notice::of(0), Count::default());
        let changed = runtime.enter(|| level.changed());
        {
            let (level, token) = (level.clone(), dropped.dropped());
            runtime.when((), move |()| {
                level.post(1);
                when(&Cown::new(()), move |_| drop(token));
                pause();
            });
        }
        drop(Arc::into_inner(runtime));
        // Changed, or cancelled.
        drop(changed.join());
        assert_eq!(dropped.get(), 1);
    });
}
