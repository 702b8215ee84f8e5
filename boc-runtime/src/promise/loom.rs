//! Owns: the models of README.md, "Races": one per race, of the same name. They use the public interface, but for the last one.

#![expect(unsafe_code, reason = "gives a count back by hand")]

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::cell::UnsafeCell;
use loom::thread::spawn;

use crate::memory::{self, Header, Table};
use crate::queue::{Queue, Users};
use crate::sched::Parker;
use crate::sync::{AtomicUsize, Ordering, explore};

use super::{Promise, Resolver};

/// A result that is watched: written by the resolver, read by whoever takes it, or drops it, and dropped once.
struct Watched {
    written: UnsafeCell<bool>,
    drops: Rc<AtomicUsize>,
}

// SAFETY: what the models are to show; loom's threads share one thread of the system.
unsafe impl Send for Watched {}

impl Watched {
    fn check(&self) {
        // SAFETY: whoever has the result is alone with it.
        self.written.with(|written| assert!(unsafe { *written }));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.check();
        self.drops.fetch_add(1, Ordering::Relaxed);
    }
}

/// A promise, and how often its result was dropped.
fn promise() -> (Resolver<Watched>, Promise<Watched>, Rc<AtomicUsize>) {
    let (resolver, promise) = Promise::new();
    (resolver, promise, Rc::new(AtomicUsize::new(0)))
}

fn resolve(resolver: Resolver<Watched>, drops: &Rc<AtomicUsize>) -> loom::thread::JoinHandle<()> {
    let drops = Rc::clone(drops);
    spawn(move || {
        let result = Watched { written: UnsafeCell::new(false), drops };
        // SAFETY: nobody else knows it yet.
        result.written.with_mut(|written| unsafe { *written = true });
        resolver.resolve(result);
    })
}

fn assert_dropped_once(drops: &AtomicUsize) {
    assert_eq!(drops.load(Ordering::Relaxed), 1, "drops of the result");
}

#[test]
fn a_result_meets_a_joiner_that_falls_asleep() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        promise.join().expect("resolved").check();
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn a_result_meets_the_drop_of_the_last_handle() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        drop(promise);
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn two_handles_are_dropped_at_once() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        let other = promise.clone();
        let dropping = spawn(move || drop(other));
        drop(promise);
        dropping.join().expect("no panic");
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn a_grant_meets_a_deadline() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        match promise.join_timeout(Duration::ZERO) {
            Ok(result) => result.expect("resolved").check(),
            // Too late, or too early: once more, with what the first try has left in the queue.
            Err(promise) => promise.join().expect("resolved").check(),
        }
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn a_grant_meets_a_ticket_that_nobody_waits_for() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        let other = promise.clone();
        let left = promise.join_timeout(Duration::ZERO);
        // Behind the first one's ticket, if that was left in the queue.
        let second = other.join();
        match left {
            Ok(first) => {
                first.expect("resolved").check();
                assert!(second.is_err(), "taken twice");
            }
            Err(_) => second.expect("resolved, and nobody has taken it").check(),
        }
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn a_grant_meets_a_joiner_that_comes_back() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        let other = promise.clone();
        let first = promise.join_timeout(Duration::ZERO);
        let second = other.join_timeout(Duration::ZERO);
        let first = first.unwrap_or_else(|first| {
            // By way of the second one's ticket, if that was left in the queue.
            let is_left = second.is_err();
            let first = first.join();
            assert_eq!(first.is_ok(), is_left, "an idle ticket keeps the result from others");
            first
        });
        let second = second.unwrap_or_else(Promise::join);
        assert!(first.is_ok() != second.is_ok(), "taken once");
        first.or(second).expect("resolved").check();
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

/// Wakes the thread that polls.
struct Unpark(Arc<Parker>);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn a_grant_meets_a_second_poll() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        let mut future = pin!(promise.into_future());
        // The first poll leaves a waker that wakes nobody.
        let mut polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let parker = Arc::new(Parker::new());
        let waker = Waker::from(Arc::new(Unpark(Arc::clone(&parker))));
        let result = loop {
            match polled {
                Poll::Ready(result) => break result,
                Poll::Pending => polled = future.as_mut().poll(&mut Context::from_waker(&waker)),
            }
            if polled.is_pending() {
                parker.park();
            }
        };
        result.expect("resolved").check();
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

#[test]
fn a_grant_meets_the_drop_of_a_future() {
    explore(|| {
        let (resolver, promise, drops) = promise();
        let resolving = resolve(resolver, &drops);
        let mut future = Box::pin(promise.into_future());
        let polled = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(future);
        drop(polled);
        resolving.join().expect("no panic");
        assert_dropped_once(&drops);
    });
}

/// A block that is never disposed of.
static KEPT: Table = Table {
    pinned: false,
    weak: false,
    core: None,
    cancel: None,
    type_name: || "a block that is kept",
    value: |_| unreachable!("not asked for its value"),
    take: |_, _| unreachable!("nothing is taken"),
    inert: None,
    dispose: |_| unreachable!("one count is left"),
    free: |_| unreachable!("one count is left"),
};

#[test]
fn a_behavior_ends_while_the_last_handle_is_dropped() {
    explore(|| {
        // The activity's count, which the worker looks at, and the handle's.
        let block = Rc::new((Header::new(&KEPT, Queue::idle(Users::none()), 2, 1), UnsafeCell::new(())));
        let dropping = spawn({
            let block = Rc::clone(&block);
            move || {
                // What the handle was used for: a look at the block.
                block.1.with(|_| ());
                // SAFETY: one of the two counts; the block is there until the model ends.
                unsafe { memory::release(NonNull::from(&block.0)) };
            }
        });
        if block.0.is_last() {
            // As if the worker freed it.
            block.1.with_mut(|_| ());
        }
        dropping.join().expect("no panic");
    });
}
