//! Promise: a value may hold a weak handle of its own cown; there are weak handles of no cown; a guard gives a handle of
//! what it holds.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;

use boc::prelude::*;
use boc::{Handle, Runtime, explore, try_when};
use boc_tests::{Counted, Drops, message_of, on_home, on_workers, panic_message};

struct Node {
    this: WeakCown<Node>,
    rounds: u32,
}

struct Counting {
    this: WeakCown<Counting>,
    _token: Counted,
}

#[test]
fn a_value_holds_a_weak_handle_of_its_own_cown() {
    on_workers(2, || {
        let node = Cown::new_cyclic(|this| Node { this: this.clone(), rounds: 0 });
        assert_eq!(when!(node => node.this.upgrade()).join().unwrap().as_ref(), Some(&node));
        when!(node => {
            let this = node.this.upgrade().expect("it is held");
            node.rounds += 1;
            when!(this => this.rounds += 10);
        });
        quiesce();
        let Ok(Node { this, rounds }) = node.try_into_inner() else { panic!("the only handle") };
        assert_eq!(rounds, 11);
        assert!(this.upgrade().is_none(), "its value was taken out");
    });
}

#[test]
fn a_cyclic_cown_ends_with_its_last_handle() {
    let drops = Drops::new();
    let node = Cown::new_cyclic(|this| Counting { this: this.clone(), _token: drops.token() });
    let weak = node.downgrade();
    let again = weak.upgrade().expect("there is a handle");
    assert!(again.try_into_inner().map(|value| value.this).is_err(), "there are two");
    assert_eq!(drops.count(), 0);
    let again = weak.upgrade().expect("there is a handle");
    drop(node);
    assert_eq!(drops.count(), 0);
    drop(again);
    assert_eq!(drops.count(), 1);
    assert!(weak.upgrade().is_none());
}

#[test]
fn in_the_closure_there_is_nothing_to_upgrade_and_everything_else_works() {
    on_workers(2, || {
        let other = Cown::new(1);
        let cown = Cown::new_cyclic(|this| {
            assert!(this.upgrade().is_none() && this.clone().upgrade().is_none());
            assert_eq!(this, &this.clone());
            let seen = when!(other, clone this => {
                *other += 1;
                this.upgrade().is_none()
            });
            seen.join().unwrap()
        });
        assert!(when!(cown => *cown).join().unwrap(), "no body upgrades it before it is there");
        assert_eq!(when!(other => *other).join().unwrap(), 2);
    });
}

#[test]
fn a_panic_in_the_closure_leaves_nothing() {
    let drops = Drops::new();
    let mut kept = WeakCown::new();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        Cown::new_cyclic(|this| {
            kept = this.clone();
            let _token = drops.token();
            if drops.count() == 0 {
                panic!("no value");
            }
            Counting { this: this.clone(), _token: drops.token() }
        })
    }));
    assert_eq!(message_of(&*panicked.unwrap_err()), "no value");
    assert_eq!(drops.count(), 1);
    assert!(kept.upgrade().is_none() && kept.clone().upgrade().is_none());
    assert_ne!(kept, WeakCown::new(), "it keeps its memory, and so its address");
}

/// A weak handle gets to another thread before there is a value: the thread that upgrades it sees the value.
#[test]
fn another_thread_upgrades_when_the_value_is_there_and_sees_it() {
    on_workers(1, || {
        let runtime = Runtime::builder().workers(1).build().expect("a runtime");
        for round in 0..200_u64 {
            let (send, receive) = mpsc::channel();
            let cown = boc_tests::scope(|scope| {
                let runtime = &runtime;
                scope.spawn(move || {
                    let weak: WeakCown<[u64; 8]> = receive.recv().expect("sent in the closure");
                    let cown = loop {
                        match weak.upgrade() {
                            Some(cown) => break cown,
                            None => thread::yield_now(),
                        }
                    };
                    assert_eq!(runtime.when(&cown, |cown| *cown).join().unwrap(), [round; 8]);
                });
                Cown::new_cyclic(|this| {
                    send.send(this.clone()).expect("received");
                    [round; 8]
                })
            });
            runtime.quiesce();
            assert_eq!(cown.try_into_inner().ok(), Some([round; 8]));
        }
        runtime.shutdown();
    });
}

#[test]
fn a_cyclic_cown_is_explored_like_any_other() {
    let explored = explore(200, |_| {
        let node = Cown::new_cyclic(|this| Node { this: this.clone(), rounds: 0 });
        for _ in 0..2 {
            when!(node => {
                let this = node.this.upgrade().expect("it is held");
                when!(this => this.rounds += 1);
            });
        }
        quiesce();
        assert_eq!(node.try_into_inner().ok().map(|node| node.rounds), Some(2));
    });
    assert!(explored.schedules() > 1);
}

#[test]
fn a_weak_handle_of_no_cown() {
    static NONE: WeakCown<u8> = WeakCown::new();
    assert!(NONE.upgrade().is_none() && WeakCown::<u8>::default().upgrade().is_none());
    let (cown, mut weak) = (Cown::new(1), NONE.clone());
    assert_eq!(weak, NONE);
    assert_ne!(weak, cown.downgrade());
    assert_eq!(HashSet::from([weak.clone(), NONE.clone(), cown.downgrade()]).len(), 2);
    assert_eq!(format!("{weak:?}"), "WeakCown<u8>(of no cown)");
    weak = cown.downgrade();
    assert_eq!(weak.upgrade(), Some(cown));
    assert_eq!(size_of::<WeakCown<u8>>(), size_of::<usize>());
}

#[test]
fn a_guard_gives_a_handle_that_outlives_its_body() {
    on_workers(2, || {
        let (cown, listeners) = (Cown::new(0), Cown::new(Vec::<Handle<i32>>::new()));
        when!(cown, listeners => listeners.push(Acquired::handle(&cown)));
        when!(read cown, listeners => listeners.push(AcquiredRead::handle(&cown)));
        let told = when!(listeners => {
            assert_eq!(listeners[0], listeners[1]);
            let first = &listeners[0];
            when!(first => *first += 1);
            let second = listeners.pop().expect("two of them");
            let read = when!(read second => *second);
            when!(second => *second += 1);
            read
        });
        assert_eq!(told.join().unwrap().join().unwrap(), 1);
        quiesce();
        assert_eq!(when!(cown => *cown).join().unwrap(), 2);
        quiesce();
        let cown = cown.try_into_inner().expect_err("a listener is left");
        drop(listeners);
        assert_eq!(cown.try_into_inner().unwrap(), 2, "the handles are gone with what kept them");
    });
}

#[test]
fn a_handle_of_a_promise_and_one_of_a_member_of_a_group() {
    on_workers(2, || {
        let promise = when!(=> vec![1]);
        let kept = when!(promise => Acquired::handle(&promise)).join().unwrap();
        when!(kept => kept.push(2));
        assert_eq!(promise.join().unwrap(), [1, 2]);
        let failure = when!(kept => kept.len()).join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Taken);

        let cells = [Cown::new(1), Cown::new(2)];
        let second = when!(cells => Acquired::handle(cells.guard(1))).join().unwrap();
        when!(second => *second += 1);
        assert_eq!(when!(read cells => cells[1]).join().unwrap(), 3);
    });
}

#[test]
fn a_handle_of_a_pinned_cown_goes_anywhere_and_is_requested_with_pinned() {
    on_home(2, |main| {
        let home = thread::current().id();
        let canvas = PinnedCown::new(main, Rc::new(1));
        let kept = when!(pinned canvas => Acquired::handle(&canvas)).join().unwrap();
        let seen = when!(clone kept => {
            assert_ne!(thread::current().id(), home);
            when!(pinned kept => (thread::current().id(), **kept))
        });
        assert_eq!(seen.join().unwrap().join().unwrap(), (home, 1));
        let number = PinnedCown::new(main, 1);
        let kept = when!(pinned number => Acquired::handle(&number)).join().unwrap();
        let message = panic_message(|| when!(kept => *kept += 1));
        assert!(message.contains("write `pinned NAME`"), "{message}");
    });
}

#[test]
fn a_handle_is_aliased_with_the_cown_that_it_is_of() {
    let runtime = Runtime::simulated(1);
    runtime.enter(|| {
        let cown = Cown::new(1);
        let kept = when!(cown => Acquired::handle(&cown)).join().unwrap();
        assert!(try_when((&cown, &kept), |_| ()).is_err());
        assert_eq!(kept, kept.clone());
    });
}
