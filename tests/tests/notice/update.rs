//! `update`: atomic, on the newest value, its closure called once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use boc::prelude::*;
use boc_tests::{Drops, Gate, on_at_least, on_home, on_workers, panic_message, scope};

#[test]
fn updates_from_everywhere_add_up() {
    on_home(4, |main| {
        let (sum, calls, canvas) = (Notice::of(0), Arc::new(AtomicUsize::new(0)), PinnedCown::new(main, ()));
        let add = |calls: &Arc<AtomicUsize>| {
            let calls = Arc::clone(calls);
            move |n: &usize| {
                calls.fetch_add(1, Ordering::Relaxed);
                n + 1
            }
        };
        for _ in 0..200 {
            when!(clone sum, let add = add(&calls) => sum.update(add));
            when!(pinned canvas, clone sum, let add = add(&calls) => { let _ = &canvas; sum.update(add); });
            sum.update(add(&calls));
        }
        quiesce();
        assert_eq!((*sum.read(), calls.load(Ordering::Relaxed)), (600, 600));
    });
}

#[test]
fn it_sees_the_newest_and_not_the_moment_of_its_body() {
    on_at_least(2, || {
        let level = Notice::of(1);
        let (read, posted) = (Gate::new(), Gate::new());
        let body = when!(clone level, clone read, clone posted => {
            let seen = *level.read();
            read.open();
            posted.pass();
            level.update(move |newest| newest * 10 + seen);
            *level.read() // not in it: it is made at the end
        });
        read.pass();
        level.post(5);
        posted.open();
        assert_eq!(body.join().unwrap(), 1);
        assert_eq!(*level.read(), 51);
    });
}

#[test]
fn it_takes_its_place_among_the_posts_of_its_body() {
    on_workers(1, || {
        let (level, called) = (Notice::of(1), Arc::new(AtomicUsize::new(0)));
        let seen = when!(clone level, clone called => {
            level.post(10);
            level.update(|n| n + 1);
            let after_an_update = *level.read();
            level.update(|n| n * 2);
            let other = Notice::of(0);
            other.update(move |n| { called.fetch_add(1, Ordering::Relaxed); n + 1 });
            other.post(7);
            (after_an_update, *other.read(), other)
        });
        let (after_an_update, before, other) = seen.join().unwrap();
        assert_eq!((after_an_update, before), (10, 7));
        assert_eq!((*level.read(), *other.read()), (22, 7));
        assert_eq!(called.load(Ordering::Relaxed), 1, "called, though a later post replaces what it returns");
    });
}

#[test]
fn a_closure_that_panics_fails_its_behavior_and_publishes_nothing() {
    for (name, pinned) in [("on a worker", false), ("at home", true)] {
        on_home(2, |main| {
            let (one, two, drops) = (Notice::of(0), Notice::of(0), Drops::new());
            let (cown, canvas) = (Cown::new(()), PinnedCown::new(main, ()));
            let result = drops.token();
            let body = {
                let (one, two) = (one.clone(), two.clone());
                move || {
                    one.post(1);
                    two.update(|_| panic!("out of {}", "cheese"));
                    one.update(|n| n + 1);
                    result
                }
            };
            let failed = if pinned {
                when!(pinned canvas, cown => { let _ = (&canvas, &cown); body() })
            } else {
                when!(cown => { let _ = &cown; body() })
            };
            let skipped = when!(failed => ());
            let after = when!(cown, clone one, clone two => (*one.read(), *two.read()));
            assert_eq!(after.join().unwrap(), (0, 0), "{name}");
            let failure = failed.join().map(drop).unwrap_err();
            assert_eq!((failure.kind(), failure.message()), (FailureKind::Panicked, "out of cheese"));
            assert_eq!(skipped.join().unwrap_err().message(), "out of cheese");
            assert_eq!(drops.count(), 1, "the result goes");
        });
    }
}

#[test]
fn a_pump_counts_a_behavior_that_its_posts_have_failed() {
    on_workers(1, || {
        let main = MainThread::claim().unwrap();
        let (level, canvas) = (Notice::of(0), PinnedCown::new(&main, ()));
        let failed =
            when!(pinned canvas, clone level => { let _ = &canvas; level.update(|_| panic!("as expected")) });
        let result = main.pump();
        assert_eq!((result.executed, result.panicked), (1, 1));
        assert!(failed.join().is_err());
    });
}

#[test]
fn outside_its_panic_is_the_callers_and_the_value_stays() {
    on_workers(1, || {
        let level = Notice::of(3);
        assert_eq!(panic_message(|| level.update(|_| panic!("as expected"))), "as expected");
        assert_eq!(*level.read(), 3);
        level.update(|n| n + 1);
        assert_eq!(*level.read(), 4);
    });
}

#[test]
fn a_panic_in_a_scope_is_the_scopes() {
    on_workers(2, || {
        let level = Notice::of(0);
        let message = panic_message(|| {
            boc::scope(|s| {
                s.when((), |()| level.update(|_| panic!("as expected")));
            });
        });
        assert_eq!(message, "as expected");
    });
}

#[test]
fn a_closure_reads_what_is_published() {
    static FRESH: Notice<u32> = Notice::new(|| 100);
    on_workers(2, || {
        let (level, other) = (Notice::of(1), Notice::of(10));
        level.update({
            let other = other.clone();
            move |n| n + *other.read() + *FRESH.read()
        });
        assert_eq!(*level.read(), 111);
        let body = when!(clone level, clone other => {
            other.post(20);
            level.update(move |n| n + *other.read());
        });
        body.join().unwrap();
        assert_eq!(*level.read(), 121, "of its own body it sees nothing");
    });
}

#[test]
fn what_a_closure_may_not_do_is_refused_with_what_to_write() {
    on_home(2, |main| {
        type Attempt = fn(&Notice<u32>);
        let attempts: [(Attempt, &str); 8] = [
            (|other| other.post(1), "`Notice::post` was called inside the closure"),
            (|other| other.update(|n| n + 1), "`Notice::update` was called inside the closure"),
            (|other| drop(other.changed()), "`Notice::changed` was called inside the closure"),
            (|_| drop(when!(=> ())), "schedule before or after the `update`"),
            (|_| drop(when!(cown = &Cown::new(1) => *cown)), "schedule before or after the `update`"),
            (|_| quiesce(), "`quiesce` was called inside the closure of `Notice::update`"),
            (|_| drop(Promise::<u32>::new().1.join()), "wait first"),
            (|_| boc::scope(|_| ()), "`scope` was called inside the closure"),
        ];
        for (attempt, expected) in attempts {
            let (level, other) = (Notice::of(0), Notice::of(0));
            let inside = other.clone();
            let message = panic_message(|| {
                level.update(move |n| {
                    attempt(&inside);
                    n + 1
                })
            });
            assert!(message.contains(expected), "{message}");
            let inside = other.clone();
            let failed = when!(clone level => level.update(move |n| { attempt(&inside); n + 1 }));
            let message = failed.join().unwrap_err().message().to_owned();
            assert!(message.contains(expected), "{message}");
            assert_eq!((*level.read(), *other.read()), (0, 0));
        }
        // Nothing is left: neither a count, nor the closed gate.
        quiesce();
        let canvas = PinnedCown::new(main, 1);
        assert_eq!(when!(pinned canvas => *canvas).join().unwrap(), 1);
        assert_eq!(main.with(&canvas, |n| *n).unwrap(), 1);
    });
}

#[test]
fn a_thread_that_updates_keeps_no_reader_waiting() {
    on_at_least(2, || {
        let level = Notice::of(0);
        let (inside, go_on) = (Gate::new(), Gate::new());
        scope(|threads| {
            let (there, level_there) = ((inside.clone(), go_on.clone()), level.clone());
            let runtime_body = when!(clone level_there => {
                level_there.update(move |n| { there.0.open(); there.1.pass(); n + 1 });
            });
            inside.pass();
            assert_eq!(*level.read(), 0);
            assert_eq!(when!(clone level => *level.read()).join().unwrap(), 0);
            go_on.open();
            runtime_body.join().unwrap();
            threads.spawn(|| ());
        });
        assert_eq!(*level.read(), 1);
    });
}

#[test]
fn a_closure_may_drop_the_runtime_of_its_board() {
    on_workers(1, || {
        let runtime = Runtime::builder().workers(1).build().expect("a runtime");
        let (handle, level) = (runtime.handle(), Notice::of(0));
        handle.enter(|| {
            level.update(move |level| {
                drop(runtime);
                level + 1
            });
        });
        assert!(handle.when((), |()| ()).join().is_err(), "it has ended, after the closure");
    });
}
