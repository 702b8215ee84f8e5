//! Promise: no schedule of a simulated runtime has a question or a poll overtake what the same code has done before.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Waker};

use boc::explore;
use boc::prelude::*;
use boc_tests::{LIMIT, within};

/// Something that makes a `when` on `cown` a race, so that it may be put off.
fn rival(cown: &Cown<i32>) -> Promise<()> {
    when!(clone cown => drop(when!(cown => *cown += 1)))
}

#[test]
fn a_promise_is_finished_when_resolve_has_returned_in_a_body() {
    within(LIMIT, || {
        explore(1_000, |_| {
            let cown = Cown::new(0);
            let first = rival(&cown);
            let (resolver, promise) = Promise::<u8>::new();
            let second = when!(clone cown, clone promise, let resolver = resolver => {
                when!(cown => *cown += 2);
                resolver.resolve(7);
                assert!(promise.is_finished());
            });
            quiesce();
            first.join().unwrap();
            second.join().unwrap();
        });
    });
}

#[test]
fn a_promise_is_finished_when_resolve_has_returned_on_the_thread() {
    within(LIMIT, || {
        explore(1_000, |_| {
            let cown = Cown::new(0);
            let first = rival(&cown);
            let (resolver, promise) = Promise::<u8>::new();
            when!(cown => *cown += 2);
            resolver.resolve(7);
            assert!(promise.is_finished());
            first.join().unwrap();
        });
    });
}

#[test]
fn a_polled_future_comes_behind_what_its_body_has_scheduled() {
    within(LIMIT, || {
        explore(3_000, |_| {
            let cown = Cown::new(0);
            let first = rival(&cown);
            let (resolver, promise) = Promise::<u8>::new();
            let kept = Cown::new(None);
            let reader = when!(clone cown, clone promise, clone kept => {
                when!(cown => *cown += 2);
                let reader = when!(read promise => *promise);
                let mut future = promise.into_future();
                let mut context = Context::from_waker(Waker::noop());
                assert!(Pin::new(&mut future).poll(&mut context).is_pending());
                when!(kept, let future = future => *kept = Some(future));
                reader
            });
            let reader = reader.join().unwrap();
            resolver.resolve(7);
            let taken = when!(kept => {
                let mut future = kept.take().unwrap();
                let polled = Pin::new(&mut future).poll(&mut Context::from_waker(Waker::noop()));
                let _ = polled.map(Result::unwrap);
            });
            taken.join().unwrap(); // ready or not: the reader may not have run
            assert_eq!(reader.join().unwrap(), 7);
            first.join().unwrap();
        });
    });
}
