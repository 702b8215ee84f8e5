//! Promise: a body that runs at home makes pinned cowns without the token, and what it makes lives and ends there like
//! anything else. There are weak handles of pinned cowns; the last handle gives the value back, at home.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::mem::forget;
use std::rc::Rc;
use std::thread;

use boc::prelude::*;
use boc::{Aliased, Handle, HomeThread, WeakPinnedCown, explore, try_when};
use boc_tests::{Counted, Drops, Gate, message_of, on_home, on_workers, panic_message, repetitions};

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
                windows.push(window.downgrade());
                when!(pinned window, count => *count += **window);
            });
        }
        let made = when!(pinned main => PinnedCown::new(main, Rc::new(1)));
        quiesce();
        assert_eq!(main.with(&made.join().unwrap(), |value| **value), Ok(1));
        let (count, weak) = (when!(count => *count), when!(pinned windows => windows.clone()));
        let weak: Vec<WeakPinnedCown<_>> = weak.join().unwrap();
        assert_eq!(weak.len(), 2);
        assert!(weak.iter().all(|weak| weak.upgrade().is_none()), "their behaviors have run");
        assert!((4..=6).contains(&count.join().unwrap()));
    });
    assert!(explored.schedules() > 1);
}

#[test]
fn a_weak_handle_keeps_no_pinned_value_and_goes_anywhere() {
    on_home(2, |main| {
        let (drops, here) = (Drops::new(), thread::current().id());
        let cown = PinnedCown::new(main, Rc::new(drops.token()));
        let weak = cown.downgrade();
        let upgraded = thread::scope(|scope| {
            let weak = &weak;
            scope.spawn(move || (weak.upgrade(), weak.clone() == *weak)).join().expect("no panic")
        });
        assert_eq!(upgraded, (Some(cown.clone()), true));
        drop(upgraded);
        assert_eq!(drops.count(), 0);

        let gate = Gate::new();
        let passing = gate.clone();
        let held = when!(clone cown => { passing.pass(); drop(cown); });
        drop(cown);
        assert!(weak.upgrade().is_some(), "the other behavior holds it");
        gate.open();
        held.join().unwrap();
        quiesce();
        assert!(weak.upgrade().is_none(), "it is on its way home, or there");
        main.pump();
        assert_eq!(drops.threads(), [here]);
        when!(=> drop(weak)).join().unwrap();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn weak_handles_of_pinned_cowns_are_an_identity_and_outlive_the_home() {
    static NONE: WeakPinnedCown<*mut u8> = WeakPinnedCown::new();
    assert!(NONE.upgrade().is_none() && WeakPinnedCown::<Rc<u8>>::default().upgrade().is_none());
    assert_eq!(NONE.clone(), NONE);
    assert_eq!(format!("{NONE:?}"), "WeakPinnedCown<*mut u8>(of no cown)");
    on_workers(1, || {
        let drops = Drops::new();
        let main = MainThread::claim().expect("a fresh thread");
        let [one, other] = [(); 2].map(|()| PinnedCown::new(&main, Rc::new(drops.token())));
        let weak = [&one, &one, &other].map(PinnedCown::downgrade);
        assert!(weak[0] == weak[1] && weak[0] != weak[2] && weak[0] != WeakPinnedCown::new());
        assert_eq!(weak.iter().collect::<HashSet<_>>().len(), 2);
        drop(other);
        drop(main);
        assert_eq!(drops.count(), 2);
        // A handle is left, of a value that is gone.
        let again = weak[0].upgrade().expect("`one` is a handle");
        assert_eq!(
            when!(pinned again => { let _ = &again; }).join().unwrap_err().kind(),
            FailureKind::Cancelled
        );
        drop((one, again));
        assert!(weak.iter().all(|weak| weak.upgrade().is_none()));
        thread::spawn(move || drop(weak)).join().unwrap();
        assert_eq!(drops.count(), 2);
    });
}

#[test]
fn the_value_comes_back_to_the_only_handle_at_home() {
    on_home(2, |main| {
        let drops = Drops::new();
        let cown = PinnedCown::new(main, Rc::new(drops.token()));
        let (other, weak) = (cown.clone(), cown.downgrade());
        let cown = cown.try_into_inner(main).expect_err("there is another handle");
        drop(other);
        when!(pinned cown => { let _ = &cown; });
        let cown = cown.try_into_inner(main).expect_err("a behavior requests it");
        main.pump();
        let held = when!(pinned cown => {
            let home = Acquired::home(&cown);
            Acquired::handle(&cown);
            PinnedCown::new(home, ()).try_into_inner(home).is_ok()
        });
        assert!(held.join().unwrap(), "in a body, of another cown");
        let busy = main.with(&cown, |_| cown.clone().try_into_inner(main).is_err());
        assert_eq!(busy, Ok(true), "its value is lent");
        let value = cown.try_into_inner(main).expect("the only handle of an idle cown");
        assert!(weak.upgrade().is_none());
        assert_eq!((drops.count(), Rc::strong_count(&value)), (0, 1));
        drop(value);
        main.pump();
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn the_value_does_not_come_back_elsewhere() {
    on_home(1, |main| {
        let drops = Drops::new();
        let cown = PinnedCown::new(main, Rc::new(drops.token()));
        let cown = thread::scope(|scope| {
            let other = scope.spawn(|| {
                let other = MainThread::claim().expect("a fresh thread");
                cown.try_into_inner(&other).expect_err("it lives on another thread")
            });
            other.join().expect("no panic")
        });
        assert!(cown.try_into_inner(main).is_ok());
        assert_eq!(drops.count(), 1);
    });
}

thread_local! {
    static MAIN: OnceCell<MainThread> = const { OnceCell::new() };
    static LAST: RefCell<Option<AtLast>> = const { RefCell::new(None) };
}

/// Tried when the home is closed by the end of its thread, and the token is there.
struct AtLast(Option<PinnedCown<Rc<Counted>>>, Drops);

impl Drop for AtLast {
    fn drop(&mut self) {
        let cown = self.0.take().expect("once");
        let _ = MAIN.try_with(|main| {
            let main = main.get().expect("claimed");
            let token = self.1.token();
            assert!(cown.try_into_inner(main).is_err(), "the value is gone");
            assert!(PinnedCown::new(main, token).try_into_inner(main).is_ok());
        });
    }
}

#[test]
fn a_value_that_is_gone_does_not_come_back() {
    on_workers(1, || {
        let drops = Drops::new();
        thread::scope(|scope| {
            let home = scope.spawn(|| {
                // Touched in this order, so that the token outlives what tries it.
                MAIN.with(|_| ());
                LAST.set(None);
                let main = MainThread::claim().expect("a fresh thread");
                let cown = PinnedCown::new(&main, Rc::new(drops.token()));
                MAIN.with(|kept| kept.set(main).expect("once"));
                LAST.set(Some(AtLast(Some(cown), drops.clone())));
            });
            // Not by the scope, which does not wait for the thread's thread-locals.
            home.join().expect("no panic");
        });
        assert_eq!(drops.count(), 2, "the value, and what was pinned and taken out at last");
    });
}

struct Node {
    this: WeakPinnedCown<Node>,
    inner: PinnedCown<Rc<Counted>>,
    _token: Rc<Counted>,
}

#[test]
fn a_pinned_value_holds_a_weak_handle_of_its_own_cown() {
    on_home(1, |main| {
        let (drops, here) = (Drops::new(), thread::current().id());
        let make = |this: &WeakPinnedCown<Node>, inner| {
            assert!(this.upgrade().is_none() && this.clone().upgrade().is_none());
            Node { this: this.clone(), inner, _token: Rc::new(drops.token()) }
        };
        // The list of the values changes meanwhile.
        let outer = PinnedCown::new(main, 1);
        let node =
            PinnedCown::new_cyclic(main, |this| make(this, PinnedCown::new(main, Rc::new(drops.token()))));
        drop(outer);
        let this = when!(pinned node => node.this.upgrade()).join().unwrap();
        assert_eq!(this.as_ref(), Some(&node));
        drop((this, node));
        main.pump();
        assert_eq!(drops.threads(), [here; 2]);

        let mut kept = WeakPinnedCown::new();
        let message = panic_message(|| {
            PinnedCown::new_cyclic(main, |this| {
                kept = this.clone();
                let node = make(this, PinnedCown::new(main, Rc::new(drops.token())));
                if kept.upgrade().is_none() {
                    panic!("no value");
                }
                node
            })
        });
        assert_eq!(message, "no value");
        assert_eq!(drops.threads(), [here; 4]);
        assert!(kept.upgrade().is_none());
        let node =
            PinnedCown::new_cyclic(main, |this| make(this, PinnedCown::new(main, Rc::new(drops.token()))));
        let Ok(Node { this, inner, .. }) = node.try_into_inner(main) else { panic!("the only handle") };
        assert!(this.upgrade().is_none() && inner.try_into_inner(main).is_ok());
        assert_eq!(drops.count(), 6);
    });
}

/// Upgrades, drops and behaviors on other threads meet pumps and attempts to take the value out at home: each value is
/// dropped once, at home, or taken out once.
#[test]
fn upgrades_elsewhere_meet_the_end_at_home() {
    on_home(2, |main| {
        let (drops, here) = (Drops::new(), thread::current().id());
        let rounds = repetitions(300);
        for _ in 0..rounds {
            let cown = PinnedCown::new(main, Rc::new(drops.token()));
            for _ in 0..2 {
                let weak = cown.downgrade();
                when!(let weak = weak => {
                    for _ in 0..3 {
                        if let Some(cown) = weak.upgrade() {
                            when!(pinned cown => { let _ = &cown; });
                        }
                    }
                });
            }
            let mut handle = Some(cown);
            for _ in 0..4 {
                main.pump_with(PumpLimits::new().max_behaviors(std::num::NonZeroUsize::MIN));
                match handle.take().map(|cown| cown.try_into_inner(main)) {
                    Some(Ok(value)) => assert_eq!(Rc::strong_count(&value), 1, "whole, and not dropped"),
                    Some(Err(cown)) => handle = Some(cown),
                    None => {}
                }
            }
        }
        quiesce();
        main.pump();
        assert_eq!(drops.threads(), vec![here; rounds]);
    });
}
