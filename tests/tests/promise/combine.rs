//! Promise: `all`, `first` and `flatten` make one promise of several.

use boc::FailureKind::{Abandoned, Cancelled, Panicked, Taken};
use boc::prelude::*;
use boc::{all, explore, first};
use boc_tests::{Counted, Drops, LIMIT, on_workers, panic_message, within};

fn panics() -> Promise<u32> {
    when((), |()| panic!("on purpose"))
}

#[test]
fn all_gives_the_results_in_order() {
    on_workers(1, || {
        let (resolver, slow) = Promise::new();
        let together = all([slow, when!(=> 2), when!(=> 3)]);
        assert!(!together.is_finished());
        resolver.resolve(1);
        assert_eq!(together.join().unwrap(), [1, 2, 3]);
        assert_eq!(all(Vec::<Promise<u8>>::new()).join().unwrap(), []);
        let many = all((0..1_000).map(|n| when!(=> n)));
        assert_eq!(many.join().unwrap(), (0..1_000).collect::<Vec<_>>());
    });
}

#[test]
fn all_fails_as_the_first_in_order_and_takes_nothing_then() {
    on_workers(1, || {
        let good = when!(=> 7);
        let together = all([good.clone(), panics(), when!(=> 8)]);
        assert_eq!(together.join().unwrap_err().kind(), Panicked);
        assert_eq!(good.join().unwrap(), 7);
        let good = when!(=> 7);
        assert_eq!(all([good.clone()]).join().unwrap(), [7]);
        assert_eq!(good.join().unwrap_err().kind(), Taken);
    });
}

#[test]
fn the_same_promise_twice_is_refused() {
    on_workers(1, || {
        let promise = when!(=> 7);
        let twice = panic_message(|| all([promise.clone(), promise.clone()]));
        assert!(twice.contains("requests 1 and 2 of the set are the same cown"), "{twice}");
    });
}

#[test]
fn first_gives_the_first_that_succeeds_and_leaves_the_others() {
    on_workers(1, || {
        let (resolver, slow) = Promise::new();
        let (other, never) = Promise::<u32>::new();
        let race = first([slow.clone(), panics(), never]);
        assert!(!race.is_finished());
        resolver.resolve(1);
        assert_eq!(race.join().unwrap(), 1);
        assert_eq!(slow.join().unwrap_err().kind(), Taken);
        drop(other);
        let (quick, late) = (when!(=> 1), when!(=> 2));
        let race = first([quick.clone(), late.clone()]).join().unwrap();
        let left = if race == 1 { late } else { quick };
        assert_eq!(left.join().unwrap(), 3 - race, "what has not won keeps its result");
    });
}

#[test]
fn first_fails_when_all_have_and_of_none() {
    on_workers(1, || {
        let race = first([panics(), panics()]);
        assert_eq!(race.join().unwrap_err().kind(), Panicked);
        let failure = first(Vec::<Promise<u8>>::new()).join().unwrap_err();
        assert_eq!((failure.kind(), failure.message()), (Abandoned, "`first` of no promises has no first"));
    });
}

#[test]
fn flatten_is_finished_when_both_are() {
    on_workers(1, || {
        let (resolver, inner) = Promise::new();
        let nested = when!(let inner = inner => inner).flatten();
        assert!(!nested.is_finished());
        resolver.resolve("both");
        assert_eq!(nested.join().unwrap(), "both");
        assert_eq!(when!(=> panics()).flatten().join().unwrap_err().message(), "on purpose");
        let outer = when((), |()| -> Promise<u8> { panic!("outer") });
        assert_eq!(outer.flatten().join().unwrap_err().message(), "outer");
    });
}

#[test]
fn they_are_cancelled_with_their_runtime_and_drop_what_they_hold() {
    on_workers(1, || {
        let drops = Drops::new();
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let (resolver, never) = Promise::<Counted>::new();
        let (other, nor_this) = Promise::<Promise<u8>>::new();
        let (together, race, nested) =
            runtime.enter(|| (all([never.clone()]), first([never.clone()]), nor_this.flatten()));
        drop(runtime);
        assert_eq!(together.join().unwrap_err().kind(), Cancelled);
        assert_eq!(race.join().unwrap_err().kind(), Cancelled);
        assert_eq!(nested.join().unwrap_err().kind(), Cancelled);
        resolver.resolve(drops.token());
        drop((never, other));
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn they_can_be_explored_and_nested_in_bodies() {
    within(LIMIT, || {
        let winners = parking_lot::Mutex::new(std::collections::BTreeSet::new());
        explore(500, |_| {
            let winner = when!(=> first([when!(=> 1), when!(=> 2)])).flatten();
            let together = when!(=> all([when!(=> 1), when!(=> 2)])).flatten();
            assert_eq!(together.join().unwrap(), [1, 2]);
            winners.lock().insert(winner.join().unwrap());
        });
        assert_eq!(winners.into_inner().len(), 2);
    });
}
