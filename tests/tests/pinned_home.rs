//! Promise: a body that runs at home makes pinned cowns without the token, and what it makes lives and ends there like
//! anything else.

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::mem::forget;
use std::rc::Rc;
use std::thread;

use boc::prelude::*;
use boc::{Aliased, Handle, HomeThread, explore, try_when};
use boc_tests::{Counted, Drops, message_of, on_home, on_workers};

/// Not `Send`: pinned values, which hold cowns pinned to the same thread.
#[derive(Default)]
struct Windows {
    open: RefCell<Vec<PinnedCown<Rc<Counted>>>>,
    /// A handle of the cown that this is the value of.
    this: Cell<Option<Handle<Rc<Windows>>>>,
}

#[test]
fn a_body_makes_pinned_cowns_with_the_proof_of_its_guard() {
    on_home(2, |main| {
        let here = thread::current().id();
        let windows = PinnedCown::new(main, Vec::new());
        when!(pinned windows => {
            let home = Acquired::home(&windows);
            // The proof is not a loan of the guard.
            windows.push(PinnedCown::new(home, Rc::new(1)));
            windows.push(PinnedCown::new(home, Rc::new(2)));
        });
        let opened = when!(pinned windows => windows.clone()).join().unwrap();
        assert_eq!(opened.iter().map(PinnedCown::home).collect::<HashSet<_>>(), HashSet::from([here]));
        assert_eq!(main.with(&opened[1], |value| **value), Ok(2));
        let sum = when!(pinned opened => opened.iter().map(|value| **value).sum::<i32>());
        assert_eq!(sum.join().unwrap(), 3);
        let again = when!(pinned opened => {
            let first = opened.guard(0);
            PinnedCown::new(Acquired::home(first), thread::current().id())
        });
        assert_eq!(main.with(&again.join().unwrap(), |id| *id), Ok(here));
    });
}

#[test]
fn a_body_requests_the_thread_and_makes_pinned_cowns() {
    on_home(2, |main| {
        let here = thread::current().id();
        let cown = Cown::new(7);
        let block = when!(pinned main, cown => PinnedCown::new(main, Rc::new(*cown)));
        let not_sent = Rc::new(());
        let local =
            when!(in main; pinned home = main => { let _ = &not_sent; PinnedCown::new(home, Rc::new(8)) });
        #[boc::attr::when(pinned main, read cown)]
        fn attribute(main: &HomeThread, cown: &i32) -> PinnedCown<Rc<i32>> {
            PinnedCown::new(main, Rc::new(*cown + 2))
        }
        let function = when(pinned(main), move |home| {
            assert_eq!(thread::current().id(), here);
            // A body at home has the thread to schedule on, and to request, too.
            let label = Rc::new(1);
            let inner = home.when((), move |()| *label);
            (inner, when!(pinned home => PinnedCown::new(home, Rc::new(10))))
        });
        let (inner, nested) = function.join().unwrap();
        assert_eq!(inner.join().unwrap(), 1);
        for (made, expected) in [block, local, attribute, nested].into_iter().zip(7..) {
            assert_eq!(main.with(&made.join().unwrap(), |value| **value), Ok(expected));
        }
        assert!(format!("{:?}", &**main).starts_with("HomeThread {"));
    });
}

#[test]
fn a_request_of_the_thread_holds_nothing_and_fixes_where_the_body_runs() {
    on_home(1, |main| {
        // In one set twice, and in two behaviors at once: it is no cown.
        let twice = when((pinned(main), pinned(main)), |_| thread::current().id());
        assert_eq!(twice.join().unwrap(), thread::current().id());
        assert!(when!(pinned main => { let _ = main; }).join().is_ok());
        let maybe: Option<&MainThread> = None;
        let anywhere = when!(pinned maybe => (maybe.is_none(), thread::current().id()));
        assert_ne!(anywhere.join().unwrap(), (true, thread::current().id()), "no thread is requested");
        let foreign = thread::scope(|scope| {
            let other = scope.spawn(|| {
                let other = MainThread::claim().expect("a fresh thread");
                PinnedCown::new(&other, 1)
            });
            other.join().expect("no panic")
        });
        let refused: Result<_, Aliased> = try_when((pinned(main), pinned(&foreign)), |_| ());
        let message = refused.unwrap_err().to_string();
        assert!(message.contains("two different threads"), "{message}");
    });
}

#[test]
fn other_guards_have_no_home_and_say_so() {
    on_home(2, |main| {
        let (cown, promise, canvas) = (Cown::new(1), when!(=> 1), PinnedCown::new(main, 1));
        let of_a_cown = when!(cown => { Acquired::home(&cown); }).join().unwrap_err();
        assert!(of_a_cown.message().contains("request a pinned cown"), "{of_a_cown}");
        let of_a_promise = when!(promise, pinned canvas => {
            Acquired::home(&canvas);
            Acquired::home(&promise);
        });
        assert!(of_a_promise.join().unwrap_err().message().contains("which has no home"));
    });
}

/// The guard of a pinned value that is `Sync` can be lent to another thread: that gets no proof, be it a home or not.
#[test]
fn a_guard_that_is_lent_to_another_thread_gives_no_proof_there() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, 1);
        let messages = when!(pinned canvas => {
            let guard = &canvas;
            let ask = |claims: bool| {
                thread::scope(|scope| {
                    let asked = scope.spawn(move || {
                        let _main = claims.then(|| MainThread::claim().expect("a fresh thread"));
                        Acquired::home(guard);
                    });
                    message_of(&*asked.join().unwrap_err())
                })
            };
            [ask(false), ask(true)]
        });
        for message in messages.join().unwrap() {
            assert!(message.contains("not the home of the pinned cown"), "{message}");
        }
    });
}

/// Pinned values that hold each other and themselves keep nothing beyond the token.
#[test]
fn what_bodies_have_made_ends_with_the_token_circles_too() {
    on_workers(2, || {
        let (drops, here) = (Drops::new(), thread::current().id());
        let main = MainThread::claim().expect("a fresh thread");
        let windows = PinnedCown::new(&main, Rc::new(Windows::default()));
        let sent = drops.clone();
        let made = when!(pinned windows, let drops = sent => {
            let home = Acquired::home(&windows);
            windows.this.set(Some(Acquired::handle(&windows)));
            for _ in 0..3 {
                windows.open.borrow_mut().push(PinnedCown::new(home, Rc::new(drops.token())));
            }
            let kept = windows.open.borrow()[0].clone();
            // Made, and not kept: it is gone at the end of the statement.
            PinnedCown::new(home, drops.token());
            kept
        });
        let kept = made.join().unwrap();
        assert_eq!(drops.threads(), [here]);
        drop(windows);
        main.pump();
        assert_eq!(drops.count(), 1, "the value holds itself");
        drop(main);
        assert_eq!(drops.threads(), [here; 4]);
        let failure = when!(pinned kept => { let _ = &kept; }).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Cancelled);
    });
}

#[test]
fn what_bodies_have_made_ends_with_the_thread_though_the_token_was_leaked() {
    on_workers(1, || {
        let drops = Drops::new();
        let (token, other) = (drops.token(), drops.token());
        let (id, made) = thread::scope(|scope| {
            let home = scope.spawn(|| {
                let main = MainThread::claim().expect("a fresh thread");
                let made = when!(pinned main, let token = token, let other = other => {
                    let inner = PinnedCown::new(main, Rc::new(token));
                    PinnedCown::new(main, (inner, Rc::new(other)))
                });
                let made = made.join().unwrap();
                forget(main);
                (thread::current().id(), made)
            });
            home.join().expect("no panic")
        });
        assert_eq!(drops.threads(), [id; 2]);
        let failure = when!(pinned made => { let _ = &made; }).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Cancelled);
    });
}

#[test]
fn what_a_body_has_made_and_lost_is_dropped_at_home() {
    on_home(2, |main| {
        let (drops, here) = (Drops::new(), thread::current().id());
        let token = drops.token();
        let panicked: Promise<()> = when!(pinned main, let token = token => {
            let _made = PinnedCown::new(main, Rc::new(token));
            panic!("lost");
        });
        assert!(panicked.join().is_err());
        assert_eq!(drops.threads(), [here]);
        let token = drops.token();
        let made = when!(pinned main, let token = token => PinnedCown::new(main, Rc::new(token)));
        // The result is dropped by a worker, which sends the value home.
        when!(made => { let _ = &made; });
        drop(made);
        quiesce();
        main.pump();
        assert_eq!(drops.threads(), [here; 2]);
    });
}

#[test]
fn on_a_simulated_runtime_bodies_make_them_too() {
    let explored = explore(200, |rt| {
        let main = rt.main();
        let (count, windows) = (Cown::new(0), PinnedCown::new(main, Vec::new()));
        for _ in 0..2 {
            when!(pinned windows, count => {
                *count += 1;
                let window = PinnedCown::new(Acquired::home(&windows), Rc::new(*count));
                windows.push(window.clone());
                when!(pinned window, count => *count += **window);
            });
        }
        let made = when!(pinned main => PinnedCown::new(main, Rc::new(1)));
        quiesce();
        assert_eq!(main.with(&made.join().unwrap(), |value| **value), Ok(1));
        let (count, opened) = (when!(count => *count), when!(pinned windows => windows.len()));
        assert_eq!(opened.join().unwrap(), 2);
        assert!((4..=6).contains(&count.join().unwrap()));
    });
    assert!(explored.schedules() > 1);
}
