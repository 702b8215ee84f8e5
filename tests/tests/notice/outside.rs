//! Outside of bodies: the newest value, and posts at once.

use std::sync::Arc;
use std::thread;

use boc::prelude::*;
use boc_tests::{Gate, on_at_least, on_home, on_workers, within};

#[test]
fn a_static_notice_has_a_value_per_runtime() {
    static LIMIT: Notice<u32> = Notice::new(|| 7);
    within(boc_tests::LIMIT, || {
        let runtimes = [1, 2].map(|workers| Runtime::builder().workers(workers).build().unwrap());
        let [one, two] = &runtimes;
        one.enter(|| LIMIT.post(1));
        let seen = |runtime: &Runtime| {
            (runtime.enter(|| *LIMIT.read()), when!(in runtime; => *LIMIT.read()).join().unwrap())
        };
        assert_eq!((seen(one), seen(two)), ((1, 1), (7, 7)));
        let simulated = Runtime::simulated(1);
        simulated.enter(|| assert_eq!(*LIMIT.read(), 7));
        when!(in two; => LIMIT.post(2)).join().unwrap();
        when!(in &simulated; => LIMIT.post(3)).join().unwrap();
        let simulated_sees = simulated.enter(|| *LIMIT.read());
        assert_eq!((seen(one), seen(two), simulated_sees), ((1, 1), (2, 2), 3));
    });
}

#[test]
fn quiesce_then_read_is_everything() {
    on_workers(4, || {
        let count = Notice::of(0);
        for round in 1..=50 {
            for _ in 0..10 {
                when!(clone count => count.update(|n| n + 1));
            }
            quiesce();
            assert_eq!(*count.read(), 10 * round);
        }
    });
}

#[test]
fn any_thread_reads_the_newest_and_posts_at_once() {
    on_workers(2, || {
        let runtime = Arc::new(Runtime::builder().workers(1).build().unwrap());
        let level = Notice::of(0);
        for round in 1..=20 {
            let posting = level.clone();
            let there = Arc::clone(&runtime);
            thread::spawn(move || there.enter(|| posting.post(round))).join().unwrap();
            assert_eq!(runtime.enter(|| *level.read()), round);
        }
        assert_eq!(*level.read(), 0, "on the runtime of the test");
    });
}

#[test]
fn inside_of_with_it_is_as_on_any_thread() {
    on_home(2, |main| {
        let (level, canvas) = (Notice::of(0), PinnedCown::new(main, 0));
        main.with(&canvas, |canvas| {
            level.post(1);
            *canvas = *level.read();
            level.update(|n| n + 1);
        })
        .unwrap();
        assert_eq!((*level.read(), main.with(&canvas, |n| *n).unwrap()), (2, 1));
    });
}

/// What runs on a worker between two bodies is in none: it would publish with the next body, or not at all.
#[test]
fn destructors_that_a_release_runs_are_outside_of_bodies() {
    struct Posts(Notice<Vec<u32>>, u32);
    impl Drop for Posts {
        fn drop(&mut self) {
            let n = self.1;
            self.0.update(move |seen| seen.iter().copied().chain([n]).collect());
        }
    }
    for workers in [1, 2] {
        on_workers(workers, || {
            let dropped = Notice::of(Vec::new());
            for n in 0..50 {
                let value = Cown::new(Posts(dropped.clone(), n));
                // The behavior has the last handle, so the value dies by its release.
                when!(value => { let _ = &*value; });
                drop(value);
            }
            quiesce();
            let mut seen = dropped.read().to_vec();
            seen.sort_unstable();
            assert_eq!(seen, (0..50).collect::<Vec<_>>());
        });
    }
}

#[test]
fn destructors_in_a_body_are_part_of_it() {
    struct Posts(Notice<u32>);
    impl Drop for Posts {
        fn drop(&mut self) {
            self.0.post(9);
        }
    }
    on_workers(1, || {
        let level = Notice::of(0);
        let failed = when!(clone level => {
            drop(Cown::new(Posts(level.clone())));
            assert_eq!(*level.read(), 9);
            panic!("as expected");
        });
        assert!(failed.join().is_err());
        assert_eq!(*level.read(), 0);
    });
}

#[test]
fn wake_hooks_are_outside_of_bodies() {
    on_home(1, |main| {
        let (woken, canvas) = (Notice::of(0), PinnedCown::new(main, 0));
        let hook = woken.clone();
        main.set_wake_hook(move || hook.update(|n| n + 1));
        when!(pinned canvas => *canvas += 1).join().unwrap();
        assert!(*woken.read() >= 1);
        when!(clone canvas => { when!(pinned canvas => *canvas += 1); }).join().unwrap();
        quiesce();
        assert!(*woken.read() >= 2);
    });
}

#[test]
fn a_body_that_enters_another_runtime_uses_that_board_as_a_thread_does() {
    on_at_least(2, || {
        let other = Arc::new(Runtime::builder().workers(1).build().unwrap());
        let level = Notice::of(0);
        let (posted, looked) = (Gate::new(), Gate::new());
        let body = when!(clone level, clone other, clone posted, clone looked => {
            level.post(1);
            other.enter(|| { level.post(2); level.update(|n| n + 1); });
            let seen = (*level.read(), other.enter(|| *level.read()));
            posted.open();
            looked.pass();
            seen
        });
        posted.pass();
        assert_eq!((*level.read(), other.enter(|| *level.read())), (0, 3));
        looked.open();
        assert_eq!(body.join().unwrap(), (1, 3));
        assert_eq!((*level.read(), other.enter(|| *level.read())), (1, 3));
    });
}

#[test]
fn the_closure_of_a_batch_and_of_a_scope_is_where_it_is_called() {
    on_workers(2, || {
        let level = Notice::of(0);
        boc::batch(|_| level.post(1));
        assert_eq!(*level.read(), 1);
        boc::scope(|_| level.post(2));
        assert_eq!(*level.read(), 2);
        let in_a_body = when!(clone level => {
            boc::batch(|b| { level.post(3); b.when((), |()| ()); });
            *level.read()
        });
        assert_eq!((in_a_body.join().unwrap(), *level.read()), (3, 3));
    });
}

#[test]
fn handles_are_one_notice() {
    static WORD: Notice<&str> = Notice::new(|| "initial");
    on_workers(1, || {
        let clone = WORD.clone();
        let of_clone = clone.clone();
        clone.post("posted");
        assert_eq!((*WORD.read(), *of_clone.read()), ("posted", "posted"));
        assert_eq!(format!("{:?}", Notice::of(1)), "Notice { value: \"i32\", .. }");
    });
}

#[test]
fn an_initial_value_is_made_once_for_a_board_and_may_read_others() {
    static ONE: Notice<Vec<u32>> = Notice::new(|| vec![1]);
    static TWO: Notice<Vec<u32>> = Notice::new(|| [&ONE.read()[..], &[2]].concat());
    on_workers(2, || {
        let first = TWO.read();
        assert_eq!(*first, [1, 2]);
        assert!(Arc::ptr_eq(&first, &TWO.read()));
        let in_a_body = when!(=> TWO.read()).join().unwrap();
        assert!(Arc::ptr_eq(&first, &in_a_body));
    });
}

#[test]
fn an_initial_value_that_cannot_be_made_panics_where_it_is_asked_for() {
    static NEVER: Notice<u32> = Notice::new(|| panic!("no value"));
    static ITSELF: Notice<u32> = Notice::new(|| *ITSELF.read());
    on_workers(1, || {
        assert_eq!(
            boc_tests::panic_message(|| {
                NEVER.read();
            }),
            "no value"
        );
        assert_eq!(when!(=> *NEVER.read()).join().unwrap_err().message(), "no value");
        assert_eq!(when!(=> NEVER.update(|n| n + 1)).join().unwrap_err().message(), "no value");
        let message = boc_tests::panic_message(|| {
            ITSELF.read();
        });
        assert!(message.contains("reads that notice"), "{message}");
        NEVER.post(1);
        assert_eq!(*NEVER.read(), 1);
    });
}

/// A thread remembers what it has read, of each notice: that takes no time that grows with their number.
#[test]
fn a_thread_may_read_many() {
    on_workers(1, || {
        let notices: Vec<Notice<usize>> = (0..20_000).map(Notice::of).collect();
        for _ in 0..3 {
            assert!(notices.iter().enumerate().all(|(n, notice)| *notice.read() == n));
        }
        for n in 0..20_000 {
            assert_eq!(*Notice::of(n).read(), n);
        }
    });
}
