//! Promise: handles are an identity; weak ones keep nothing alive; the last one gives the value back.

use std::collections::{BTreeSet, HashSet};
use std::rc::Rc;
use std::thread;

use boc::prelude::*;
use boc_tests::{Drops, Gate, on_home, on_workers};

#[test]
fn handles_compare_hash_and_order_by_identity() {
    let (one, other) = (Cown::new(1), Cown::new(1));
    let same = one.clone();
    assert!(one == same && one != other);
    assert_eq!(HashSet::from([one.clone(), same.clone(), other.clone()]).len(), 2);
    assert_eq!(BTreeSet::from([one.clone(), same, other.clone()]).len(), 2);
    assert_ne!(one < other, other < one);
    assert_eq!(one.downgrade(), one.downgrade());
}

#[test]
fn pinned_handles_are_an_identity_too_on_any_thread() {
    on_home(1, |main| {
        let (one, other) = (PinnedCown::new(main, Rc::new(1)), PinnedCown::new(main, Rc::new(1)));
        let (same, home) = (one.clone(), thread::current().id());
        boc_tests::scope(|scope| {
            scope.spawn(|| {
                assert!(one == same && one != other);
                assert_eq!(HashSet::from([one.clone(), same.clone(), other.clone()]).len(), 2);
                assert_eq!(BTreeSet::from([one.clone(), same.clone(), other.clone()]).len(), 2);
                assert_eq!((one.home(), other.home()), (home, home));
            });
        });
    });
}

#[test]
fn weak_handles_and_promises_are_an_identity_too() {
    on_workers(1, || {
        let (one, other) = (Cown::new(1), Cown::new(1));
        let weak = [&one, &one, &other].map(Cown::downgrade);
        assert!(weak[0] == weak[1] && weak[0] != weak[2]);
        assert_eq!(weak.iter().collect::<HashSet<_>>().len(), 2);
        assert_eq!(weak.iter().collect::<BTreeSet<_>>().len(), 2);
        assert_eq!(weak[0] < weak[2], one < other);
        drop((one, other));
        assert!(weak[0] == weak[1] && weak[0] != weak[2], "their values are gone");

        let (promise, equal) = (when!(=> 1), when!(=> 1));
        let promises = [promise.clone(), promise, equal];
        assert!(promises[0] == promises[1] && promises[0] != promises[2]);
        assert_eq!(promises.iter().collect::<HashSet<_>>().len(), 2);
        assert_eq!(promises.iter().collect::<BTreeSet<_>>().len(), 2);
    });
}

#[test]
fn debug_does_not_touch_the_value() {
    struct NotDebug;
    let text = format!("{:?}", Cown::new(NotDebug));
    assert!(text.starts_with("Cown<") && text.contains("NotDebug"), "{text}");
    on_home(1, |main| {
        let pinned = format!("{:?}", PinnedCown::new(main, Rc::new(NotDebug)));
        assert!(pinned.starts_with("PinnedCown<") && pinned.contains("NotDebug"), "{pinned}");
    });
}

#[test]
fn a_weak_handle_keeps_nothing_alive() {
    on_workers(1, || {
        let drops = Drops::new();
        let cown = Cown::new(drops.token());
        let weak = cown.downgrade();
        let gate = Gate::new();
        let passing = gate.clone();
        when!(cown => {
            let _ = &cown;
            passing.pass();
        });
        drop(cown);
        let again = weak.upgrade().expect("the behavior holds it");
        drop(again);
        assert_eq!(drops.count(), 0);
        gate.open();
        quiesce();
        assert_eq!(drops.count(), 1);
        assert!(weak.upgrade().is_none() && weak.clone().upgrade().is_none());
    });
}

#[test]
fn the_value_comes_back_to_the_only_handle_of_an_idle_cown() {
    on_workers(1, || {
        let drops = Drops::new();
        let cown = Cown::new(vec![drops.token()]);
        let second = cown.clone();
        let cown = cown.try_into_inner().expect_err("there is another handle");
        drop(second);
        let gate = Gate::new();
        let passing = gate.clone();
        when!(read_only = cown => {
            let _ = read_only.len();
            passing.pass();
        });
        let cown = cown.try_into_inner().expect_err("a behavior holds it");
        gate.open();
        quiesce();
        let weak = cown.downgrade();
        let value = cown.try_into_inner().expect("nobody else");
        assert!(weak.upgrade().is_none());
        assert_eq!((value.len(), drops.count()), (1, 0));
        drop(value);
        assert_eq!(drops.count(), 1);
    });
}
