//! Owns: programs about promises: joined, requested, resolved, awaited, dropped.

use std::future::IntoFuture;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use super::{Count, beside, explore, fail, pause, runtime};
use crate::sched::Parker;
use crate::sync::thread;
use crate::{Cown, FailureKind, Promise, Resolver, read, when};

#[test]
fn a_join_meets_the_completion() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let value = dropped.dropped();
        let value = runtime.when((), move |()| value).join().expect("no panic");
        assert_eq!(dropped.get(), 0);
        drop(value);
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn a_join_gives_up_while_the_behavior_completes() {
    explore(|| {
        let runtime = runtime();
        let promise = runtime.when((), |()| 7);
        let result = match promise.join_timeout(Duration::ZERO) {
            Ok(result) => result,
            Err(promise) => promise.join(),
        };
        assert_eq!(result.expect("no panic"), 7);
    });
}

#[test]
fn a_join_comes_back_behind_a_request() {
    explore(|| {
        let runtime = runtime();
        let promise = runtime.when((), |()| 7);
        let Err(promise) = promise.join_timeout(Duration::ZERO) else { return };
        // Of another thread: it may enter while the join that comes back looks behind its place.
        let other = beside(&runtime, {
            let promise = promise.clone();
            move |runtime| runtime.when(read(&promise), |value| *value)
        });
        let before = runtime.when(read(&promise), |value| *value);
        assert_eq!(promise.join().expect("no panic"), 7);
        assert_eq!(before.join().expect("scheduled before the join"), 7);
        let beside = other.join().expect("no panic").join();
        assert!(beside.map_or_else(|failure| failure.kind() == FailureKind::Taken, |value| value == 7));
    });
}

#[test]
fn two_joins_share_one_value() {
    explore(|| {
        let runtime = runtime();
        let promise = runtime.when((), |()| Box::new(7));
        let other = beside(&runtime, {
            let promise = promise.clone();
            move |_| promise.join()
        });
        let results = [promise.join(), other.join().expect("no panic")];
        let taken = results.iter().filter(|result| result.as_ref().is_ok_and(|value| **value == 7)).count();
        assert_eq!(taken, 1);
        let missed = results.into_iter().filter_map(Result::err).map(|failure| failure.kind());
        assert_eq!(missed.collect::<Vec<_>>(), [FailureKind::Taken]);
    });
}

#[test]
fn a_join_meets_requests() {
    explore(|| {
        let runtime = runtime();
        let promise = runtime.when((), |()| Box::new(1));
        let first = runtime.when(&promise, |mut value| {
            **value += 1;
            **value
        });
        let both = [read(&promise), read(&promise)].map(|request| runtime.when(request, |value| **value));
        let other = beside(&runtime, {
            let promise = promise.clone();
            move |_| *promise.join().expect("joined first")
        });
        assert_eq!(first.join().expect("scheduled before the join"), 2);
        for seen in both {
            assert_eq!(seen.join().expect("scheduled before the join"), 2);
        }
        let late = runtime.when(read(&promise), |value| **value).join();
        assert_eq!(other.join().expect("no panic"), 2);
        assert!(late.map_or_else(|failure| failure.kind() == FailureKind::Taken, |value| value == 2));
    });
}

#[test]
fn a_promise_is_dropped_while_its_behavior_runs() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let value = dropped.dropped();
        let promise = runtime.when((), move |()| value);
        let seen = runtime.when(read(&promise), |_| ());
        let other = beside(&runtime, {
            let promise = promise.clone();
            move |_| drop(promise)
        });
        drop(promise);
        drop(seen);
        runtime.quiesce();
        other.join().expect("no panic");
        // Whoever drops the last handle drops the value, and that is not always a behavior.
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn a_failure_travels() {
    explore(|| {
        let (runtime, ran) = (runtime(), Count::default());
        let cown = Cown::new(0);
        let failed = runtime.when(&cown, |mut number| -> u32 {
            *number += 1;
            pause();
            fail("as expected")
        });
        let next = runtime.when((&cown, read(&failed)), {
            let ran = ran.clone();
            move |_| ran.add()
        });
        for failure in [next.join().expect_err("it was requested"), failed.join().expect_err("it failed")] {
            assert_eq!((failure.kind(), failure.message()), (FailureKind::Panicked, "as expected"));
        }
        assert_eq!(runtime.when(&cown, |number| *number).join().expect("not poisoned"), 1);
        assert_eq!(ran.get(), 0);
    });
}

#[test]
fn a_resolver_meets_a_join_and_a_request() {
    explore(|| {
        let runtime = runtime();
        let (resolver, promise): (Resolver<u32>, _) = Promise::new();
        let other = thread::spawn(move || resolver.resolve(3));
        let seen = runtime.when(read(&promise), |value| *value);
        let joined = promise.join();
        assert_eq!(seen.join().expect("before the join"), 3);
        assert_eq!(joined.expect("resolved"), 3);
        other.join().expect("no panic");
    });
}

#[test]
fn a_resolver_is_dropped() {
    explore(|| {
        let runtime = runtime();
        let (resolver, promise): (Resolver<u32>, _) = Promise::new();
        let held = Cown::new(());
        let other = beside(&runtime, move |_| drop(resolver));
        let seen = runtime.when((&held, read(&promise)), |_| ());
        let kinds =
            [seen.join().map(|()| 0), promise.join()].map(|result| result.expect_err("nobody").kind());
        assert_eq!(kinds, [FailureKind::Abandoned; 2]);
        other.join().expect("no panic");
        runtime.when(&held, |_| ()).join().expect("given back");
    });
}

#[test]
fn a_body_resolves_what_another_waits_for() {
    explore(|| {
        let runtime = runtime();
        let (resolver, promise) = Promise::new();
        let cown = Cown::new(1);
        let sum = runtime.when((&cown, read(&promise)), |(mut number, other)| {
            *number += *other;
            *number
        });
        runtime.when((), move |()| {
            when((), move |()| resolver.resolve(41));
        });
        assert_eq!(sum.join().expect("resolved"), 42);
    });
}

/// Wakes a thread that parks.
struct Unparks(Arc<Parker>);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn a_future_meets_the_completion() {
    explore(|| {
        let runtime = runtime();
        let promise = runtime.when((), |()| 5);
        let parker = Arc::new(Parker::new());
        let waker = Waker::from(Arc::new(Unparks(Arc::clone(&parker))));
        let mut future = pin!(promise.into_future());
        // The last poll's waker counts.
        let mut poll = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        while poll.is_pending() {
            poll = future.as_mut().poll(&mut Context::from_waker(&waker));
            if poll.is_pending() {
                parker.park();
            }
        }
        let Poll::Ready(result) = poll else { unreachable!("no longer pending") };
        assert_eq!(result.expect("no panic"), 5);
    });
}

#[test]
fn a_future_is_dropped_while_the_behavior_completes() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let value = dropped.dropped();
        let promise = runtime.when((), move |()| value);
        let seen = {
            let mut future = pin!(promise.clone().into_future());
            future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready()
        };
        // The future has taken the value, or has given its place in the queue back.
        assert_eq!(promise.join().is_err(), seen);
        runtime.quiesce();
        assert_eq!(dropped.get(), 1);
    });
}
