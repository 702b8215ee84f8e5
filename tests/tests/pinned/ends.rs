//! Promise: a home ends with its thread, though its token was leaked: what is scheduled there fails
//! with `Cancelled`, what was queued too, and the values that are pinned there are dropped there.

use std::cell::{OnceCell, RefCell};
use std::mem::forget;
use std::rc::Rc;
use std::thread;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, LIMIT, on_workers};

/// A value that owns the token of its own home.
struct App<T> {
    _main: Rc<MainThread>,
    _token: T,
}

/// Runs `home` on a thread of its own, to the thread's end.
fn on_a_thread<R: Send>(home: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(home).join().expect("no panic"))
}

fn is_cancelled<R: Send + 'static>(promise: Promise<R>) -> bool {
    let result = promise.join_timeout(LIMIT / 2).unwrap_or_else(|_| panic!("it is never cancelled"));
    result.is_err_and(|failure| failure.kind() == FailureKind::Cancelled)
}

#[test]
fn a_value_that_owns_the_token_is_dropped_with_its_thread() {
    on_workers(1, || {
        let drops = Drops::new();
        let token = drops.token();
        let app = on_a_thread(|| {
            let main = Rc::new(MainThread::claim().expect("a fresh thread"));
            PinnedCown::new(&main, App { _main: Rc::clone(&main), _token: token })
        });
        assert_eq!(drops.count(), 1);
        assert!(is_cancelled(when!(pinned app => { let _ = &app; })));
        boc::quiesce_timeout(LIMIT).expect("nothing is left");
    });
}

#[test]
fn a_forgotten_token_closes_its_home_with_the_thread() {
    on_workers(1, || {
        let drops = Drops::new();
        let (value, captured, kept) = (drops.token(), drops.token(), drops.token());
        let (resolver, late) = Promise::<()>::new();
        let (cown, queued, waiting) = on_a_thread(|| {
            let main = MainThread::claim().expect("a fresh thread");
            let cown = PinnedCown::new(&main, value);
            let queued = when!(pinned cown, let captured = captured => { let _ = (&cown, &captured); });
            // It never gets ready; its body stays at home.
            let waiting = main.when(&late, move |_| drop(kept));
            forget(main);
            (cown, queued, waiting)
        });
        assert_eq!(drops.count(), 3, "the value, what was captured, and the body that waits");
        assert!(is_cancelled(queued));
        assert!(is_cancelled(when!(pinned cown => { let _ = &cown; })));
        resolver.resolve(());
        assert!(is_cancelled(waiting));
        boc::quiesce_timeout(LIMIT).expect("nothing is left");
    });
}

thread_local! {
    static MAIN: OnceCell<MainThread> = const { OnceCell::new() };
    static LAST: RefCell<Option<AtLast>> = const { RefCell::new(None) };
}

/// What is tried when the home is closed, and its token is there.
struct AtLast(PinnedCown<Rc<u8>>, Drops);

impl Drop for AtLast {
    fn drop(&mut self) {
        let AtLast(cown, drops) = &*self;
        // Where the token is gone already, there is nothing to try.
        let _ = MAIN.try_with(|main| {
            let main = main.get().expect("claimed");
            assert!(main.with(cown, |value| **value).is_err(), "the value is gone");
            assert_eq!(main.pump().executed, 0);
            assert!(is_cancelled(main.when((), |()| ())));
            assert!(is_cancelled(when!(pinned cown => **cown)));
            let later = PinnedCown::new(main, drops.token());
            assert!(main.with(&later, |_| ()).is_ok(), "it is there as long as its token");
        });
        drop(drops.token());
    }
}

/// The destructors of a thread-local may run after the home was closed, and find the token in
/// another one.
#[test]
fn a_token_that_outlives_its_closed_home_lends_nothing_that_is_gone() {
    on_workers(1, || {
        let drops = Drops::new();
        on_a_thread(|| {
            // Touched in this order, so dropped in the other one, or the other way round: both are
            // tried.
            LAST.set(None);
            MAIN.with(|main| main.set(MainThread::claim().expect("a fresh thread")).expect("once"));
            let cown = MAIN.with(|main| PinnedCown::new(main.get().expect("claimed"), Rc::new(1)));
            LAST.set(Some(AtLast(cown, drops.clone())));
        });
        assert!(drops.count() >= 1, "the destructor ran to its end");
        let drops = Drops::new();
        on_a_thread(|| {
            MAIN.with(|_| ());
            LAST.set(None);
            MAIN.with(|main| main.set(MainThread::claim().expect("a fresh thread")).expect("once"));
            let cown = MAIN.with(|main| PinnedCown::new(main.get().expect("claimed"), Rc::new(1)));
            LAST.set(Some(AtLast(cown, drops.clone())));
        });
        assert_eq!(drops.count(), 2, "the destructor ran to its end, and what it pinned went with the token");
    });
}

/// Destructors that run when the thread's end closes the home may schedule there, and panic.
#[test]
fn values_that_schedule_and_panic_in_their_drop_end_with_their_thread_too() {
    struct Awkward(PinnedCown<u8>, Drops);
    impl Drop for Awkward {
        fn drop(&mut self) {
            drop(self.1.token());
            let other = &self.0;
            assert!(is_cancelled(when!(pinned other => *other)));
            assert!(MainThread::claim().is_err());
            panic!("in a destructor at the thread's end");
        }
    }
    on_workers(1, || {
        let drops = Drops::new();
        let app = on_a_thread(|| {
            let main = Rc::new(MainThread::claim().expect("a fresh thread"));
            let other = PinnedCown::new(&main, 1);
            let awkward: Vec<_> =
                (0..3).map(|_| PinnedCown::new(&main, Awkward(other.clone(), drops.clone()))).collect();
            PinnedCown::new(&main, App { _main: Rc::clone(&main), _token: awkward })
        });
        assert_eq!(drops.count(), 3);
        drop(app);
        boc::quiesce_timeout(LIMIT).expect("nothing is left");
    });
}
