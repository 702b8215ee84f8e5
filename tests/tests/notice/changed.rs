//! `changed`: no change is missed between a read and the wait for the next one.

use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Gate, LIMIT, on_at_least, on_exactly, on_home, on_workers, settle, within};

#[test]
fn it_resolves_at_the_next_change_and_not_before() {
    on_workers(2, || {
        let (level, other) = (Notice::of(0), Notice::of(0));
        level.read();
        let changed = level.changed();
        other.post(1);
        settle();
        assert!(!changed.is_finished());
        when!(clone level => level.post(1));
        changed.join().unwrap();
        assert_eq!(*level.read(), 1);
    });
}

#[test]
fn outside_it_is_after_what_this_thread_has_read() {
    on_workers(2, || {
        let level = Notice::of(0);
        // Never read here: after now.
        level.post(1);
        assert!(!level.changed().is_finished());
        level.read();
        level.post(1);
        assert!(level.changed().is_finished(), "an equal value is a change");
        assert!(level.changed().is_finished(), "it was not read since");
        level.read();
        let changed = level.changed();
        assert!(!changed.is_finished());
        // Another thread has read less, or more.
        std::thread::scope(|threads| {
            let level = &level;
            threads.spawn(move || {
                let runtime = Runtime::builder().workers(1).build().unwrap();
                runtime.enter(|| {
                    level.read();
                    level.post(1);
                    assert!(level.changed().is_finished());
                });
            });
        });
        assert!(!changed.is_finished(), "on another board");
    });
}

#[test]
fn in_a_body_it_is_after_its_moment() {
    on_at_least(2, || {
        let level = Notice::of(0);
        let (read, posted) = (Gate::new(), Gate::new());
        let changed = when!(clone level, clone read, clone posted => {
            level.read();
            read.open();
            posted.pass();
            level.changed()
        });
        read.pass();
        level.post(1);
        posted.open();
        changed.join().unwrap().join().unwrap();

        // Its own post counts; and so does no other notice.
        let other = Notice::of(0);
        let (own, others) = when!(clone level, clone other => {
            level.post(2);
            (level.changed(), other.changed())
        })
        .join()
        .unwrap();
        own.join().unwrap();
        settle();
        assert!(!others.is_finished());
    });
}

#[test]
fn a_chain_of_behaviors_follows_every_state() {
    fn follow(level: Notice<u32>, log: Cown<Vec<u32>>) {
        when!(=> {
            let (now, changed) = (*level.read(), level.changed());
            when!(log => log.push(now));
            if now < 100 {
                when!(changed => follow(level, log));
            }
        });
    }
    for workers in [1, 2] {
        on_workers(workers, || {
            let (level, log) = (Notice::of(0), Cown::new(Vec::new()));
            follow(level.clone(), log.clone());
            for n in 1..=100 {
                when!(clone level => level.update(move |old| n.max(*old)));
            }
            quiesce();
            let seen = when!(log => log.clone()).join().unwrap();
            assert_eq!(seen.last(), Some(&100));
            assert!(seen.is_sorted(), "{seen:?}");
        });
    }
}

#[test]
fn an_update_that_panics_changes_nothing() {
    on_workers(2, || {
        let level = Notice::of(0);
        level.read();
        let changed = level.changed();
        let failed = when!(clone level => { level.post(1); level.update(|_| panic!("as expected")); });
        assert!(failed.join().is_err());
        assert!(!changed.is_finished());
        level.post(1);
        changed.join().unwrap();
    });
}

#[test]
fn it_can_be_awaited_and_requested() {
    on_workers(2, || {
        let level = Notice::of(0);
        level.read();
        let (awaited, requested) = (level.changed(), level.changed());
        let seen = when!(requested, clone level => *level.read());
        level.post(5);
        pollster::block_on(awaited).unwrap();
        assert_eq!(seen.join().unwrap(), 5);
    });
}

/// Told when the body has returned; what that wakes runs after the release, so it may wait for the body's cowns.
#[test]
fn a_waker_may_wait_for_what_the_body_held() {
    on_exactly(1, || {
        let (level, cown) = (Notice::of(0), Cown::new(0));
        level.read();
        let changed = level.changed();
        let waits = std::thread::scope(|threads| {
            let waiting = threads.spawn(|| {
                pollster::block_on(async {
                    changed.await.unwrap();
                    when!(cown => *cown).await.unwrap()
                })
            });
            when!(cown, clone level => { *cown += 1; level.post(1); });
            waiting.join().unwrap()
        });
        assert_eq!(waits, 1);
    });
}

#[test]
fn it_is_cancelled_with_its_runtime_and_abandoned_with_its_notice() {
    within(LIMIT, || {
        let level = Notice::of(0);
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let changed = runtime.enter(|| level.changed());
        drop(runtime);
        let failure = changed.join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Cancelled);
        assert!(failure.message().contains("its runtime has ended"), "{failure}");

        let runtime = Runtime::builder().workers(1).build().unwrap();
        let changed = runtime.enter(|| level.changed());
        drop(level);
        assert_eq!(changed.join().unwrap_err().kind(), FailureKind::Abandoned);
    });
}

#[test]
fn one_that_is_asked_for_again_and_again_is_kept_only_as_long_as_it_is_wanted() {
    on_workers(1, || {
        let level = Notice::of(0);
        let kept = level.changed();
        for _ in 0..10_000 {
            drop(level.changed());
        }
        level.post(1);
        kept.join().unwrap();
    });
}

#[test]
fn a_home_waits_for_it_by_pumping() {
    on_home(1, |main| {
        let (level, canvas) = (Notice::of(0), PinnedCown::new(main, 0));
        level.read();
        let changed = level.changed();
        when!(clone level => { when!(pinned canvas, clone level => { *canvas += 1; level.post(*canvas); }); });
        changed.join_timeout(Duration::from_secs(60)).expect("in time").unwrap();
        assert_eq!(*level.read(), 1);
    });
}

#[test]
fn a_change_of_a_simulated_runtime_is_no_behavior_that_could_be_cancelled() {
    within(LIMIT, || {
        boc::explore(1, |_| {
            let level = Notice::of(1);
            let changed = level.changed();
            changed.clone().cancel();
            level.post(2);
            changed.join().unwrap();
        });
    });
}
