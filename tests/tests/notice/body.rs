//! What a body reads and posts.

use std::sync::Arc;
use std::sync::mpsc::channel;

use boc::prelude::*;
use boc_tests::{Gate, on_at_least, on_exactly, on_home, on_workers, settle};

#[test]
fn a_body_reads_one_moment() {
    on_at_least(2, || {
        let (one, two) = (Notice::of(0), Notice::of(0));
        let (fixed, changed) = (Gate::new(), Gate::new());
        let seen = when!(clone one, clone two, clone fixed, clone changed => {
            let first = *one.read();
            fixed.open();
            changed.pass();
            // `two` has never been read here, and is of the same moment.
            (first, *one.read(), *two.read())
        });
        fixed.pass();
        one.post(1);
        two.post(1);
        assert_eq!((*one.read(), *two.read()), (1, 1));
        changed.open();
        assert_eq!(seen.join().unwrap(), (0, 0, 0));
        assert_eq!(when!(clone one, clone two => (*one.read(), *two.read())).join().unwrap(), (1, 1));
    });
}

/// The snapshot has no entry of a notice whose initial value was not asked for before.
#[test]
fn a_notice_that_is_first_read_after_it_was_posted_is_of_the_moment_too() {
    static LATE: Notice<Vec<u8>> = Notice::new(|| vec![7]);
    on_at_least(2, || {
        let other = Notice::of(0);
        let (fixed, posted) = (Gate::new(), Gate::new());
        let seen = when!(clone other, clone fixed, clone posted => {
            other.read();
            fixed.open();
            posted.pass();
            let (first, second) = (LATE.read(), LATE.read());
            (Arc::ptr_eq(&first, &second), first.to_vec())
        });
        fixed.pass();
        LATE.post(vec![8]);
        posted.open();
        assert_eq!(seen.join().unwrap(), (true, vec![7]));
        assert_eq!(*LATE.read(), [8]);
    });
}

#[test]
fn a_body_sees_its_own_posts_and_others_when_it_has_returned() {
    on_at_least(2, || {
        let level = Notice::of(0);
        let (posted, looked) = (Gate::new(), Gate::new());
        let seen = when!(clone level, clone posted, clone looked => {
            level.post(1);
            let first = *level.read();
            level.post(2);
            posted.open();
            looked.pass();
            (first, *level.read())
        });
        posted.pass();
        assert_eq!(*level.read(), 0, "not before the end");
        looked.open();
        assert_eq!(seen.join().unwrap(), (1, 2));
        assert_eq!(*level.read(), 2);
    });
}

#[test]
fn what_follows_a_body_sees_its_posts() {
    for workers in [1, 2, 4] {
        on_workers(workers, || {
            let (level, cown) = (Notice::of(0), Cown::new(()));
            for round in 1..=200 {
                let posts = when!(cown, clone level => level.post(round));
                // By a cown, read and written, and by its promise.
                let by_cown = when!(cown, clone level => *level.read());
                let by_reading = when!(read cown, clone level => *level.read());
                let by_promise = when!(posts, clone level => *level.read());
                posts.join().unwrap();
                assert_eq!(*level.read(), round, "and what joins it");
                for seen in [by_cown, by_reading, by_promise] {
                    assert_eq!(seen.join().unwrap(), round);
                }
            }
        });
    }
}

#[test]
fn what_a_body_schedules_after_a_post_sees_it() {
    on_at_least(2, || {
        for round in 1..=200 {
            let (level, cown, group) = (Notice::of(0), Cown::new(()), vec![Cown::new(()), Cown::new(())]);
            let seen = when!(clone level, cown, group => {
                let before = *level.read();
                level.post(round);
                let seen = [
                    when((), { let level = level.clone(); move |()| *level.read() }),
                    when!(clone level => *level.read()),
                    when!(cown, clone level => *level.read()),
                    when!(group, clone level => *level.read()),
                ];
                let batched = boc::batch(|b| when!(in b; clone level => *level.read()));
                settle_here();
                (before, seen.into_iter().chain([batched]).collect::<Vec<_>>())
            });
            let (before, seen) = seen.join().unwrap();
            assert_eq!(before, 0);
            for seen in seen {
                assert_eq!(seen.join().unwrap(), round);
            }
        }
    });
}

/// Lets other threads go on, so that they could run what must not run yet.
fn settle_here() {
    for _ in 0..20 {
        std::thread::yield_now();
    }
}

/// Held back, but in its turn: it has entered its queue where it was scheduled.
#[test]
fn what_is_held_back_keeps_its_place() {
    on_at_least(2, || {
        let (level, log) = (Notice::of(0), Cown::new(Vec::new()));
        let (scheduled, gone_on) = (Gate::new(), Gate::new());
        let body = when!(clone level, clone log, clone scheduled, clone gone_on => {
            level.post(1);
            when!(log, clone level => log.push(("held", *level.read())));
            scheduled.open();
            gone_on.pass();
        });
        scheduled.pass();
        let after = when!(log, clone level => log.push(("after", *level.read())));
        settle();
        assert!(!after.is_finished());
        gone_on.open();
        body.join().unwrap();
        after.join().unwrap();
        assert_eq!(when!(log => log.clone()).join().unwrap(), [("held", 1), ("after", 1)]);
    });
}

/// What it scheduled before its first post is free, and may even be waited for.
#[test]
fn what_is_scheduled_before_a_post_is_not_held_back() {
    on_at_least(2, || {
        let level = Notice::of(0);
        let (sender, receiver) = channel();
        when!(clone level => {
            level.read();
            when!(=> sender.send(()).unwrap());
            receiver.recv().unwrap();
            level.post(1);
        })
        .join()
        .unwrap();
        assert_eq!(*level.read(), 1);
    });
}

#[test]
fn a_panic_posts_nothing_and_lets_go_what_was_held_back() {
    on_workers(2, || {
        let (level, other, cown) = (Notice::of(0), Notice::of(0), Cown::new(()));
        let (sender, receiver) = channel();
        let failed = when!(clone level, clone other, cown => {
            level.post(1);
            other.update(|n| n + 1);
            sender.send(when!(cown, clone level => *level.read())).unwrap();
            panic!("as expected");
        });
        let after = when!(cown, clone level, clone other => (*level.read(), *other.read()));
        assert_eq!(failed.join().unwrap_err().message(), "as expected");
        assert_eq!(receiver.recv().unwrap().join().unwrap(), 0);
        assert_eq!(after.join().unwrap(), (0, 0));
        assert_eq!((*level.read(), *other.read()), (0, 0));
        // The worker has nothing of it left.
        when!(clone other => other.post(5)).join().unwrap();
        quiesce();
        assert_eq!((*level.read(), *other.read()), (0, 5));
    });
}

#[test]
fn posts_of_a_body_become_visible_together() {
    on_at_least(2, || {
        let (one, two) = (Notice::of(0), Notice::of(0));
        for round in 1..=500 {
            when!(clone one, clone two => { one.post(round); two.post(round); });
            for _ in 0..3 {
                let (first, second) =
                    when!(clone one, clone two => (*one.read(), *two.read())).join().unwrap();
                assert_eq!(first, second);
            }
        }
    });
}

#[test]
fn a_body_that_reads_again_finds_another_moment() {
    on_exactly(1, || {
        let level = Notice::of(0);
        for round in 1..100 {
            level.post(round);
            assert_eq!(when!(clone level => *level.read()).join().unwrap(), round);
        }
    });
}

#[test]
fn pinned_bodies_read_and_post_as_others_do() {
    on_home(2, |main| {
        let (level, canvas, cown) = (Notice::of(0), PinnedCown::new(main, 0), Cown::new(()));
        let (seen, later) = when!(pinned canvas, cown, clone level => {
            *canvas += 1;
            level.post(1);
            (*level.read(), when!(pinned canvas, clone level => (*canvas, *level.read())))
        })
        .join()
        .unwrap();
        assert_eq!((seen, later.join().unwrap()), (1, (1, 1)));
        assert_eq!(when!(cown, clone level => *level.read()).join().unwrap(), 1);

        let local = std::rc::Rc::new(5);
        let seen = main.when(&cown, {
            let level = level.clone();
            move |_| {
                level.post(*local);
                *level.read()
            }
        });
        assert_eq!((seen.join().unwrap(), *level.read()), (5, 5));

        let failed =
            when!(pinned canvas, clone level => { *canvas += 1; level.post(9); panic!("as expected") });
        assert!(failed.join().is_err());
        assert_eq!((*level.read(), main.with(&canvas, |n| *n).unwrap()), (5, 2));
    });
}

#[test]
fn values_may_be_anything_that_is_shared() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, std::rc::Rc::new(1));
        let current = Notice::of(None::<PinnedCown<std::rc::Rc<i32>>>);
        current.post(Some(canvas));
        let seen = when!(clone current => {
            let canvas = current.read().as_ref().clone().unwrap();
            when!(pinned canvas => **canvas)
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), 1);

        let word = Notice::of(String::from("a"));
        let boxed: Notice<Box<dyn Fn(i32) -> i32 + Send + Sync>> = Notice::of(Box::new(|n| n + 1));
        word.update(|word| word.to_owned() + "b");
        assert_eq!(((boxed.read())(1), word.read().as_str()), (2, "ab"));
    });
}

#[test]
fn a_skipped_behavior_publishes_what_the_destructors_of_its_captures_post() {
    struct PostsOnDrop(Notice<u32>);
    impl Drop for PostsOnDrop {
        fn drop(&mut self) {
            self.0.update(|n| n + 1);
        }
    }
    on_workers(2, || {
        let level = Notice::of(0);
        let failed = when!(=> panic!("as expected"));
        let posts = PostsOnDrop(level.clone());
        let skipped = when!(failed => { let _ = &posts; });
        assert!(skipped.join().is_err());
        assert_eq!(*level.read(), 1);
    });
}
