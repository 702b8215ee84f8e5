//! Simulated runtimes have boards of their own, and `explore` finds what can come out.

use std::collections::BTreeSet;

use boc::explore;
use boc::prelude::*;
use boc_tests::within;

/// What a program leaves in `seen` in each of its runs.
fn outcomes<T: Ord>(cases: usize, mut program: impl FnMut() -> T) -> (BTreeSet<T>, bool) {
    let mut seen = BTreeSet::new();
    let explored = explore(cases, |_| {
        seen.insert(program());
    });
    (seen, explored.is_complete())
}

#[test]
fn runs_do_not_see_each_others_values() {
    static COUNT: Notice<u32> = Notice::new(|| 0);
    within(boc_tests::LIMIT, || {
        let (seen, _) = outcomes(50, || {
            let before = *COUNT.read();
            for _ in 0..3 {
                when!(=> COUNT.update(|n| n + 1));
            }
            quiesce();
            (before, *COUNT.read())
        });
        assert_eq!(seen, BTreeSet::from([(0, 3)]));
    });
}

/// Each body reads a moment, and what it posts follows from it: an update is lost, in some runs.
#[test]
fn a_lost_update_is_found_and_update_has_none() {
    within(boc_tests::LIMIT, || {
        let lost = outcomes(1000, || {
            let count = Notice::of(0);
            for _ in 0..2 {
                when!(clone count => count.post(*count.read() + 1));
            }
            quiesce();
            *count.read()
        });
        assert_eq!(lost, (BTreeSet::from([1, 2]), true));
        let kept = outcomes(1000, || {
            let count = Notice::of(0);
            for _ in 0..2 {
                when!(clone count => { count.read(); count.update(|n| n + 1) });
            }
            quiesce();
            *count.read()
        });
        assert_eq!(kept, (BTreeSet::from([2]), true));
    });
}

#[test]
fn what_comes_after_sees_the_post_in_every_run() {
    within(boc_tests::LIMIT, || {
        let (seen, _) = outcomes(2000, || {
            let (level, other, cown) = (Notice::of(0), Notice::of(0), Cown::new(()));
            let posts = when!(cown, clone level, clone other => {
                other.read();
                level.post(1);
                when!(=> other.post(1));
                when!(clone level => *level.read())
            });
            let by_cown = when!(cown, clone level => *level.read());
            let by_promise = when!(posts, clone level => { let _ = &posts; *level.read() });
            let (by_cown, by_promise) = (by_cown.join().unwrap(), by_promise.join().unwrap());
            (by_cown, by_promise, posts.join().unwrap().join().unwrap())
        });
        assert_eq!(seen, BTreeSet::from([(1, 1, 1)]));
    });
}

/// What a body schedules before it posts may run before it has ended, and after.
#[test]
fn what_is_scheduled_before_the_post_sees_it_in_some_runs() {
    within(boc_tests::LIMIT, || {
        let (seen, complete) = outcomes(1000, || {
            let level = Notice::of(0);
            let body = when!(clone level => {
                let first = when!(clone level => *level.read());
                level.post(1);
                first
            });
            body.join().unwrap().join().unwrap()
        });
        assert_eq!((seen, complete), (BTreeSet::from([0, 1]), true));
    });
}

#[test]
fn a_change_is_an_event_and_a_wait_for_none_is_stuck() {
    within(boc_tests::LIMIT, || {
        let (seen, _) = outcomes(200, || {
            let level = Notice::of(0);
            let follows = when!(clone level => {
                let (before, changed) = (*level.read(), level.changed());
                (before, when!(changed, clone level => { let _ = &changed; *level.read() }))
            });
            when!(clone level => level.post(1));
            when!(clone level => level.post(2));
            let (before, after) = follows.join().unwrap();
            // Both may have come before it.
            level.post(3);
            (before, after.join().unwrap())
        });
        assert!(seen.iter().all(|(before, after)| before != after), "{seen:?}");
        let all = [(0, 1), (0, 2), (1, 2), (1, 3), (2, 1), (2, 3)];
        assert!(all.iter().all(|pair| seen.contains(pair)), "{seen:?}");

        for waits_for_a_behavior in [false, true] {
            let runtime = Runtime::simulated(1);
            let level = Notice::of(0);
            let changed = runtime.enter(|| level.changed());
            let message = boc_tests::panic_message(|| {
                if waits_for_a_behavior {
                    drop(runtime.when(&changed, |_| ()).join());
                } else {
                    drop(changed.join());
                }
            });
            assert!(message.contains("this wait never ends"), "{message}");
            let changed = runtime.enter(|| level.changed());
            assert!(
                changed.join_timeout(std::time::Duration::from_secs(1_000_000)).is_err(),
                "nothing can happen"
            );
        }
    });
}

/// A behavior whose posts fail it, later than its body has returned: what requests its promise is skipped.
#[test]
fn a_failed_publication_fails_its_behavior_in_every_run() {
    within(boc_tests::LIMIT, || {
        let (seen, _) = outcomes(500, || {
            let (level, cown) = (Notice::of(0), Cown::new(()));
            let failed = when!(cown, clone level => {
                level.read();
                when!(=> ());
                level.post(1);
                level.update(|_| panic!("as expected"));
                String::from("a result that is dropped")
            });
            let skipped = when!(failed => { let _ = &failed; });
            when!(clone level => { level.read(); level.update(|n| n + 10); });
            let after = when!(cown, clone level => { let _ = &cown; *level.read() });
            assert_eq!(skipped.join().unwrap_err().message(), "as expected");
            assert_eq!(failed.join().unwrap_err().message(), "as expected");
            after.join().unwrap()
        });
        assert_eq!(seen, BTreeSet::from([0, 10]));
    });
}

#[test]
fn dropped_in_the_middle_it_leaves_nothing_behind() {
    within(boc_tests::LIMIT, || {
        for seed in 0..100 {
            let drops = boc_tests::Drops::new();
            {
                let level = Notice::of(drops.token());
                let runtime = Runtime::simulated(seed);
                let promise = runtime.enter(|| {
                    for _ in 0..3 {
                        when!(clone level, let token = drops.token() => {
                            level.read();
                            when!(=> ());
                            level.post(token);
                            when!(clone level => drop(level.read()));
                        });
                    }
                    when!(=> ())
                });
                let _ = promise.join();
                drop(runtime);
            }
            assert_eq!(drops.count(), 4, "seed {seed}");
        }
    });
}

#[test]
fn pinned_bodies_too() {
    within(boc_tests::LIMIT, || {
        explore(200, |rt| {
            let (level, canvas) = (Notice::of(0), PinnedCown::new(rt.main(), 0));
            when!(pinned canvas, clone level => { *canvas = *level.read(); level.post(*canvas + 1); });
            when!(pinned canvas, clone level => { *canvas = *level.read(); level.post(*canvas + 1); });
            rt.main().pump();
            quiesce();
            assert_eq!(*level.read(), 2);
        });
    });
}
