//! Promise: a promise can be awaited, on any executor; the last waker is the one that is woken, and a future that is
//! dropped does no harm.

use std::future::{Future, IntoFuture};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, Gate, on_workers};

/// Counts how often it is woken, and tells.
struct Counting {
    woken: AtomicUsize,
    tell: Sender<()>,
}

impl Wake for Counting {
    fn wake(self: Arc<Self>) {
        self.woken.fetch_add(1, Ordering::SeqCst);
        let _ = self.tell.send(());
    }
}

fn poll<F: Future + Unpin>(future: &mut F, waker: &Waker) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(waker))
}

/// The smallest of executors.
fn block_on<F: Future>(future: F) -> F::Output {
    let (tell, told) = channel();
    let waker = Arc::new(Counting { woken: AtomicUsize::new(0), tell }).into();
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => told.recv().expect("the waker lives"),
        }
    }
}

#[test]
fn async_code_awaits_values_and_failures() {
    on_workers(2, || {
        let cown = Cown::new(20);
        let sum = block_on(async {
            let first = when!(cown => { *cown += 1; *cown }).await.expect("a value");
            let failed = when((), |()| -> i32 { panic!("no") }).await.expect_err("a failure");
            assert_eq!(failed.kind(), FailureKind::Panicked);
            first + when!(cown => *cown).await.expect("a value")
        });
        assert_eq!(sum, 42);
    });
}

#[test]
fn wakers_are_replaced_not_accumulated() {
    on_workers(1, || {
        let gate = Gate::new();
        let passing = gate.clone();
        let mut future = when!(=> { passing.pass(); 5 }).into_future();
        let (tell, told) = channel();
        let wakers: Vec<_> =
            (0..3).map(|_| Arc::new(Counting { woken: AtomicUsize::new(0), tell: tell.clone() })).collect();
        for waker in &wakers {
            assert!(poll(&mut future, &Waker::from(Arc::clone(waker))).is_pending());
        }
        assert_eq!(Arc::strong_count(&wakers[0]), 1, "the old waker is let go");
        gate.open();
        told.recv().expect("woken");
        let woken: Vec<_> = wakers.iter().map(|waker| waker.woken.load(Ordering::SeqCst)).collect();
        assert_eq!(woken, [0, 0, 1]);
        assert!(matches!(poll(&mut future, Waker::noop()), Poll::Ready(Ok(5))));
    });
}

#[test]
fn a_future_dropped_in_the_middle_leaves_the_promise_to_others() {
    on_workers(1, || {
        let gate = Gate::new();
        let (passing, drops) = (gate.clone(), Drops::new());
        let token = drops.token();
        let promise = when!(=> { passing.pass(); token });
        let mut early = promise.clone().into_future();
        assert!(poll(&mut early, Waker::noop()).is_pending());
        drop(early); // still waiting
        let mut late = promise.clone().into_future();
        assert!(poll(&mut late, Waker::noop()).is_pending());
        gate.open();
        quiesce();
        drop(late); // it holds the promise by now
        let never_polled = promise.clone().into_future();
        drop(never_polled);
        assert_eq!(drops.count(), 0);
        drop(promise.join().expect("nobody has taken it"));
        assert_eq!(drops.count(), 1);
    });
}

/// A waker runs foreign code: its panic must neither reach the worker nor lose the other waiter's wake-up.
#[test]
fn a_waker_that_panics_is_contained() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker that panics");
        }
    }
    on_workers(1, || {
        let gate = Gate::new();
        let passing = gate.clone();
        let promise = when!(=> { passing.pass(); 1 });
        let mut future = promise.clone().into_future();
        assert!(poll(&mut future, &Waker::from(Arc::new(Panics))).is_pending());
        gate.open();
        quiesce();
        drop(future);
        assert_eq!(promise.join().expect("the worker lives"), 1);
    });
}

#[test]
fn a_dropped_future_lets_its_waker_go() {
    on_workers(1, || {
        let (resolver, promise) = Promise::<u8>::new();
        let waker = Arc::new(Counting { woken: AtomicUsize::new(0), tell: channel().0 });
        let mut future = promise.clone().into_future();
        assert!(poll(&mut future, &Waker::from(Arc::clone(&waker))).is_pending());
        drop(future);
        assert_eq!(Arc::strong_count(&waker), 1, "a task that owns the resolver would never end");
        resolver.resolve(1);
        assert_eq!(promise.join().unwrap(), 1);
        assert_eq!(waker.woken.load(Ordering::SeqCst), 0);
    });
}

/// The destructor of a waker is user code: no thread that passes a promise on runs it.
#[test]
fn a_dropped_futures_waker_panics_where_the_future_is_dropped() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {}
    }
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("a waker's destructor");
        }
    }
    on_workers(1, || {
        let (resolver, promise) = Promise::<u8>::new();
        let relayed = when(&promise, |promise| *promise);
        let mut future = relayed.clone().into_future();
        assert!(poll(&mut future, &Waker::from(Arc::new(Panics))).is_pending());
        let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(future)));
        dropped.unwrap_err();
        resolver.resolve(1);
        assert_eq!(relayed.join().unwrap(), 1);
    });
}

#[test]
fn a_future_of_a_handle_whose_wait_was_over_comes_behind_what_is_scheduled() {
    on_workers(2, || {
        let (resolver, slow) = Promise::new();
        let slow = slow.join_timeout(Duration::ZERO).unwrap_err();
        // One that is polled and dropped leaves no better place either.
        let mut dropped = slow.clone().into_future();
        assert!(poll(&mut dropped, Waker::noop()).is_pending());
        drop(dropped);
        let next = when!(read slow => *slow + 1);
        let mut future = slow.into_future();
        assert!(poll(&mut future, Waker::noop()).is_pending());
        resolver.resolve(7);
        assert_eq!(next.join().unwrap(), 8);
        assert_eq!(block_on(future).unwrap(), 7);
    });
}

/// What the documentation of `PromiseFuture` warns of: it cannot be told from a task that is slow.
#[test]
fn a_future_that_is_kept_holds_up_later_requests_until_it_is_polled_or_dropped() {
    for polled in [false, true] {
        on_workers(2, || {
            let (resolver, slow) = Promise::new();
            let before = when!(read slow => *slow);
            let mut future = slow.clone().into_future();
            assert!(poll(&mut future, Waker::noop()).is_pending());
            let after = when!(read slow => *slow + 1);
            resolver.resolve(7);
            assert_eq!(before.join().unwrap(), 7);
            // What has a place behind the future runs only now; it cannot have run before.
            let after = after.join_timeout(Duration::from_millis(20)).expect_err("held up");
            if polled {
                assert_eq!(block_on(future).unwrap(), 7);
                assert_eq!(after.join().unwrap_err().kind(), FailureKind::Taken);
            } else {
                drop(future);
                assert_eq!(after.join().unwrap(), 8);
            }
        });
    }
}
