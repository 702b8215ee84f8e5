//! Promise: a promise can be filled from outside; a resolver that is dropped unused fails it.

use std::thread;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, on_home, on_workers};

#[test]
fn what_a_thread_resolves_is_joined_and_requested() {
    on_workers(2, || {
        let (resolver, promise) = Promise::new();
        let doubled = when!(read promise => 2 * *promise);
        assert!(!promise.is_finished());
        thread::spawn(move || resolver.resolve(21));
        assert_eq!(doubled.join().expect("resolved"), 42);
        assert!(promise.is_finished());
        assert_eq!(promise.join().expect("resolved"), 21);
    });
}

#[test]
fn a_body_resolves_what_another_waits_for() {
    on_workers(1, || {
        let (resolver, promise) = Promise::<&str>::new();
        let waited = when!(promise => promise.len());
        when!(=> resolver.resolve("four"));
        assert_eq!(waited.join().expect("resolved"), 4);
    });
}

#[test]
fn a_resolver_dropped_unused_abandons_its_promise() {
    on_workers(1, || {
        let (resolver, promise) = Promise::<u8>::new();
        let skipped = when!(promise => *promise);
        let told = when!(try promise => promise.is_err());
        drop(resolver);
        assert_eq!(skipped.join().expect_err("abandoned").kind(), FailureKind::Abandoned);
        assert!(told.join().expect("runs all the same"));
        assert_eq!(promise.join().expect_err("abandoned").kind(), FailureKind::Abandoned);
    });
}

#[test]
fn a_resolver_dropped_by_a_panicking_body_abandons_its_promise_and_says_so() {
    on_workers(1, || {
        let line = line!() + 1;
        let (resolver, promise) = Promise::<u8>::new();
        let panicked = when((), move |()| -> () {
            let _resolver = resolver;
            panic!("on the way")
        });
        let failure = promise.join().expect_err("abandoned");
        assert_eq!(failure.kind(), FailureKind::Abandoned);
        assert_eq!(failure.message(), "the promise's resolver was dropped without a value, by a panic");
        assert_eq!(failure.location().map(|place| place.line()), Some(line));
        assert!(failure.to_string().contains(file!()), "{failure}");
        assert_eq!(panicked.join().expect_err("panicked").message(), "on the way");
    });
}

#[test]
fn a_resolver_of_a_body_that_never_runs_abandons_its_promise() {
    on_workers(1, || {
        let (resolver, promise) = Promise::<u8>::new();
        let bad = when((), |()| -> u8 { panic!("bad") });
        when!(bad => resolver.resolve(*bad));
        let failure = promise.join().expect_err("abandoned");
        assert_eq!(failure.kind(), FailureKind::Abandoned);
        assert_eq!(failure.message(), "the promise's resolver was dropped without a value");
    });
}

#[test]
fn a_value_that_nobody_takes_is_dropped_once() {
    let drops = Drops::new();
    let (resolver, promise) = Promise::new();
    drop(promise);
    resolver.resolve(drops.token());
    assert_eq!(drops.count(), 1);
    let (resolver, promise) = Promise::new();
    resolver.resolve(drops.token());
    assert_eq!(drops.count(), 1);
    drop(promise);
    assert_eq!(drops.count(), 2);
}

#[test]
fn joining_an_unresolved_promise_on_a_home_thread_pumps() {
    on_home(1, |main| {
        let (resolver, promise) = Promise::new();
        let canvas = PinnedCown::new(main, std::rc::Rc::new(3));
        when!(pinned canvas => resolver.resolve(**canvas));
        assert_eq!(promise.join().expect("resolved by a pump"), 3);
    });
}

#[test]
fn try_requests_run_whatever_became_of_the_promise() {
    on_workers(1, || {
        let good = when!(=> 1);
        let bad = when((), |()| -> u8 { panic!("bad") });
        let seen = when!(try good, read try bad => {
            if let Ok(good) = good.as_mut() {
                **good += 1;
            }
            (good.map(|good| *good).ok(), bad.map_err(|failure| failure.message().to_owned()).err())
        });
        assert_eq!(seen.join().expect("runs"), (Some(2), Some("bad".to_owned())));
    });
}
