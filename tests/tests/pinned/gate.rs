//! Promise: no body runs inside another one, nor while `MainThread::with` lends a value, whatever
//! makes it run: on a real runtime a pump or a wait, on a simulated one everything that takes a
//! step.

use std::cell::RefCell;
use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Drops, LIMIT, on_home, on_workers, panic_message, within};

/// A simulated runtime, entered, on a thread that has claimed a `MainThread`; and one under
/// `explore`.
fn simulated(test: impl Fn(&MainThread) + Send + Sync) {
    within(LIMIT, || {
        let (runtime, main) = (Runtime::simulated(1), MainThread::claim().expect("a fresh thread"));
        runtime.enter(|| test(&main));
        runtime.quiesce();
    });
    within(LIMIT, || {
        boc::explore(20, |simulation| test(simulation.main()));
    });
}

/// Inside of `with`, a behavior waits for the value; `act` may not make it run. Afterwards it runs.
fn while_lent(act: impl Fn(&MainThread, &Promise<()>) + Send + Sync) {
    simulated(move |main| {
        let cown = PinnedCown::new(main, vec![1]);
        let done = when!(pinned cown => { cown.clear(); });
        main.with(&cown, |numbers| {
            act(main, &done);
            assert_eq!(*numbers, [1], "a body had the value");
            numbers.push(2);
        })
        .expect("nothing runs");
        done.join().expect("it runs now");
        assert_eq!(main.with(&cown, |numbers| numbers.len()), Ok(0));
    });
}

#[test]
fn asking_whether_a_promise_is_finished_runs_nothing_while_a_value_is_lent() {
    while_lent(|_, done| assert!((0..10).all(|_| !done.is_finished())));
}

#[test]
fn printing_a_promise_runs_nothing_while_a_value_is_lent() {
    while_lent(|_, done| assert!((0..10).all(|_| format!("{done:?}").contains("finished: false"))));
}

#[test]
fn polling_a_future_runs_nothing_while_a_value_is_lent() {
    while_lent(|_, done| {
        let mut future = pin!(done.clone().into_future());
        let mut context = Context::from_waker(Waker::noop());
        assert!((0..10).all(|_| future.as_mut().poll(&mut context).is_pending()));
    });
}

#[test]
fn pumping_is_refused_while_a_value_is_lent() {
    while_lent(|main, _| {
        let message = panic_message(|| main.pump());
        assert!(message.contains("return from `with` first"), "{message}");
    });
}

#[test]
fn waiting_is_refused_while_a_value_is_lent() {
    while_lent(|_, done| {
        let join = done.clone();
        let timed = done.clone();
        for message in [
            panic_message(|| join.join()),
            panic_message(|| timed.join_timeout(Duration::ZERO).is_ok()),
            panic_message(quiesce),
            panic_message(|| boc::quiesce_timeout(Duration::ZERO)),
            panic_message(boc::wait),
            panic_message(|| boc::scope(|s| drop(s.when((), |()| ())))),
            panic_message(|| boc::explore(1, |_| ())),
        ] {
            assert!(message.contains("inside `MainThread::with`"), "{message}");
            assert!(message.contains("return from `with` first"), "{message}");
        }
    });
}

/// What was scheduled before takes its place in the promise's queue before the future does.
#[test]
fn a_future_polled_while_a_value_is_lent_comes_after_what_was_scheduled_before() {
    within(LIMIT, || {
        let main = MainThread::claim().expect("a fresh thread");
        // Half of the seeds let what is scheduled take effect late.
        for seed in 0..50 {
            let runtime = Runtime::simulated(seed);
            runtime.enter(|| {
                let cown = PinnedCown::new(&main, 0);
                when!(=> ());
                let number = when!(=> 7);
                let next = when!(number => *number + 1);
                let polled = main.with(&cown, |_| {
                    let mut future = Box::pin(number.into_future());
                    let pending = future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending();
                    (future, pending)
                });
                let (future, pending) = polled.expect("nothing runs");
                assert!(pending);
                assert_eq!(next.join().expect("it was scheduled first"), 8, "seed {seed}");
                drop(future);
            });
        }
    });
}

/// Nothing can happen there, so a loop would ask for ever: it is told.
#[test]
fn asking_for_ever_where_nothing_runs_is_a_panic() {
    within(LIMIT, || {
        let (runtime, main) = (Runtime::simulated(1), MainThread::claim().expect("a fresh thread"));
        runtime.enter(|| {
            let cown = PinnedCown::new(&main, 0);
            let done = when!(pinned cown => *cown += 1);
            let awaited = done.clone();
            let messages = main.with(&cown, |number| {
                let asks = panic_message(|| while !done.is_finished() {});
                let awaits = panic_message(|| pollster::block_on(awaited.into_future()));
                *number += 1;
                [asks, awaits]
            });
            for message in messages.expect("nothing runs") {
                assert!(message.contains("return from `with` first"), "{message}");
            }
            let asks = when!(=> {
                let other = when!(=> ());
                panic_message(|| while !other.is_finished() {})
            });
            let message = asks.join().expect("no panic");
            assert!(message.contains("inside a behavior"), "{message}");
            done.join().expect("runs");
            assert_eq!(main.with(&cown, |number| *number), Ok(2));
        });
        runtime.quiesce();
    });
}

#[test]
fn printing_a_promise_never_runs_anything() {
    simulated(|_| {
        let done = when!(=> 1);
        for _ in 0..10 {
            assert!(format!("{done:?}").contains("finished: false"));
        }
        while !done.is_finished() {} // asking takes steps
        assert!(format!("{done:?}").contains("finished: true"));
    });
}

thread_local! {
    /// A token that any body finds which runs on its thread, whatever it requests.
    static TOKEN: RefCell<Option<Rc<MainThread>>> = const { RefCell::new(None) };
}

fn token() -> Rc<MainThread> {
    TOKEN.with_borrow(|token| Rc::clone(token.as_ref().expect("put there by the test")))
}

/// The bodies of a simulated runtime run on the thread of the token, those too that request nothing
/// pinned.
#[test]
fn a_simulated_body_that_finds_a_token_cannot_pump_nor_be_lent_a_value() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(3);
        TOKEN.set(Some(Rc::new(MainThread::claim().expect("a fresh thread"))));
        runtime.enter(|| {
            let cown = PinnedCown::new(&token(), 0);
            let tried = when!(=> {
                let other = when!(pinned cown => *cown += 1);
                let message = panic_message(|| token().pump());
                assert!(message.contains("inside a behavior"), "{message}");
                assert!(token().with(&cown, |_| ()).is_err());
                assert!(!other.is_finished());
            });
            tried.join().expect("refused");
        });
        runtime.quiesce();
        drop(TOKEN.take());
    });
}

/// The last token goes in a body that holds nothing pinned: the values go with it.
#[test]
fn a_simulated_body_that_drops_the_token_ends_the_home() {
    within(LIMIT, || {
        let (runtime, drops) = (Runtime::simulated(3), Drops::new());
        TOKEN.set(Some(Rc::new(MainThread::claim().expect("a fresh thread"))));
        runtime.enter(|| {
            let cown = PinnedCown::new(&token(), drops.token());
            let dropped = when!(let drops = drops.clone() => {
                drop(TOKEN.take());
                drops.count()
            });
            assert_eq!(dropped.join().expect("no panic"), 1);
            let after = when!(pinned cown => { let _ = &cown; });
            assert_eq!(after.join().expect_err("the home is closed").kind(), FailureKind::Cancelled);
        });
    });
}

/// The same on a real runtime, where a body of the home thread finds it.
#[test]
fn a_pinned_body_that_finds_a_token_cannot_pump_nor_be_lent_a_value() {
    on_workers(1, || {
        TOKEN.set(Some(Rc::new(MainThread::claim().expect("a fresh thread"))));
        let (cown, free) = (PinnedCown::new(&token(), 0), PinnedCown::new(&token(), 0));
        let tried = when!(pinned cown, let free = free.clone() => {
            let next = when!(pinned free => *free += 1);
            let message = panic_message(|| token().pump());
            assert!(message.contains("inside a behavior"), "{message}");
            assert!(token().with(&free, |_| ()).is_err());
            *cown += 1;
            next
        });
        tried.join().expect("refused").join().expect("runs after it");
        assert_eq!(token().with(&free, |free| *free), Ok(1));
        drop(TOKEN.take());
    });
}

/// Refused whether or not there is anything to wait for, and on a real runtime too.
#[test]
fn waiting_for_nothing_is_refused_while_a_value_is_lent() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        let finished = when!(=> 1);
        quiesce();
        main.with(&cown, |_| {
            let timed = finished.clone();
            for message in [
                panic_message(|| finished.join()),
                panic_message(|| timed.join_timeout(Duration::ZERO).is_ok()),
                panic_message(quiesce),
                panic_message(|| boc::quiesce_timeout(Duration::ZERO)),
                panic_message(boc::wait),
                panic_message(|| boc::scope(|_| ())),
                panic_message(|| boc::explore(1, |_| ())),
            ] {
                assert!(message.contains("inside `MainThread::with`"), "{message}");
                assert!(message.contains("return from `with` first"), "{message}");
            }
        })
        .expect("nothing runs");
    });
}

#[test]
fn claiming_in_a_body_is_an_error_that_says_what_to_do() {
    fn claim() -> boc::ClaimError {
        MainThread::claim().map(drop).expect_err("refused")
    }
    let on_a_worker = on_workers(1, || when!(=> claim()).join().expect("no panic"));
    assert!(on_a_worker.to_string().contains("inside a behavior"), "{on_a_worker}");
    let in_a_simulation = within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        runtime.when((), |()| claim()).join().expect("no panic")
    });
    assert_eq!(in_a_simulation, on_a_worker);
    let (at_home, again) = on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        let at_home = when!(pinned cown => { *cown += 1; claim() }).join().expect("no panic");
        (at_home, claim())
    });
    assert_eq!(at_home, on_a_worker);
    assert_ne!(again, on_a_worker);
    assert!(again.to_string().contains("claimed a MainThread already"), "{again}");
}

/// A destructor that a worker runs between two bodies.
#[test]
fn claiming_in_a_destructor_on_a_worker_is_an_error() {
    struct Claims(Option<Resolver<bool>>);
    impl Drop for Claims {
        fn drop(&mut self) {
            self.0.take().expect("dropped once").resolve(MainThread::claim().is_err());
        }
    }
    on_workers(1, || {
        let (resolver, refused) = Promise::new();
        let claims = Claims(Some(resolver));
        when!(let claims = claims => claims); // a result that is not wanted
        assert!(refused.join().expect("dropped by the worker"));
    });
}

mod program {
    #[boc::main]
    pub fn main() {}
}

#[test]
fn a_main_function_called_in_a_body_or_while_a_value_is_lent_is_refused() {
    let message = on_workers(1, || when!(=> panic_message(program::main)).join().expect("no panic"));
    assert!(message.contains("inside a behavior"), "{message}");
    let message = on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        main.with(&cown, |_| panic_message(program::main)).expect("nothing runs")
    });
    assert!(message.contains("inside `MainThread::with`"), "{message}");
}
