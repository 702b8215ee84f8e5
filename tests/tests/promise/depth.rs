//! Promise: depth. Running, resolving or dropping a chain of a million cowns, promises or behaviors uses constant
//! stack: here 256 KiB, on the thread that drops and on the workers.

use std::cell::RefCell;
use std::thread;

use boc::prelude::*;
use boc_tests::{Drops, Gate, LIMIT, within};

const STACK: usize = 256 * 1024;

/// A million, as was promised; where each test is repeated, so many that recursion would not leave three bytes of stack to
/// each.
fn many() -> u64 {
    if std::env::var_os("BOC_TEST_WORKERS").is_some() { 100_000 } else { 1_000_000 }
}

/// Runs `body` on a thread with a small stack, in a runtime whose workers have small stacks too.
fn on_small_stacks(workers: usize, body: impl FnOnce() + Send + 'static) {
    within(LIMIT * 2, || {
        let runtime = Runtime::builder().workers(workers).stack_size(STACK).build().expect("a runtime");
        let small = thread::Builder::new().stack_size(STACK);
        let runner = small.spawn(move || {
            runtime.enter(body);
            runtime.quiesce();
        });
        runner.expect("a thread").join().expect("it did not panic");
    });
}

struct Node {
    next: Option<Cown<Node>>,
}

fn chain_of_cowns() -> Cown<Node> {
    (0..many()).fold(Cown::new(Node { next: None }), |next, _| Cown::new(Node { next: Some(next) }))
}

#[test]
fn a_chain_of_cowns_dropped_by_a_thread() {
    on_small_stacks(1, || {
        let head = chain_of_cowns();
        assert!(when!(read head => head.next.is_some()).join().unwrap());
        drop(head);
    });
}

/// By a thread-local's destructor, which may be the last one of all: its thread had the thread-local
/// before it used the library.
#[test]
fn a_chain_of_cowns_dropped_at_the_end_of_a_thread() {
    thread_local! {
        static KEPT: RefCell<Option<Cown<Node>>> = const { RefCell::new(None) };
    }
    on_small_stacks(1, || {
        KEPT.with(|kept| assert!(kept.borrow().is_none()));
        drop(Cown::new(Node { next: Some(Cown::new(Node { next: None })) }));
        let head = chain_of_cowns();
        KEPT.set(Some(Cown::new(Node { next: Some(head) })));
    });
}

#[test]
fn a_chain_of_cowns_dropped_by_a_worker() {
    on_small_stacks(1, || {
        let head = chain_of_cowns();
        let held = when!(let head = head => drop(head));
        held.join().unwrap();
    });
}

/// The worker's release is what frees the first one.
#[test]
fn a_chain_of_cowns_dropped_by_a_release() {
    on_small_stacks(1, || {
        let (head, gate) = (chain_of_cowns(), Gate::new());
        when!(head, clone gate => { gate.pass(); assert!(head.next.is_some()); });
        drop(head);
        gate.open();
    });
}

#[test]
fn a_million_behaviors_wait_for_one_cown() {
    on_small_stacks(2, || {
        let (cown, gate) = (Cown::new(0), Gate::new());
        when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        for i in 0..many() {
            when!(cown => { assert_eq!(*cown, i); *cown += 1; });
        }
        gate.open();
        assert_eq!(when!(cown => *cown).join().unwrap(), many());
    });
}

#[test]
fn a_chain_of_promises_resolves() {
    on_small_stacks(1, || {
        let gate = Gate::new();
        let mut promise = when!(clone gate => { gate.pass(); 0 });
        for _ in 0..many() {
            promise = when!(promise => *promise + 1);
        }
        gate.open();
        assert_eq!(promise.join().unwrap(), many());
    });
}

/// The same chain, when its head fails: no body runs, the failure runs through all of it.
#[test]
fn a_chain_of_promises_fails() {
    on_small_stacks(1, || {
        let gate = Gate::new();
        let mut promise: Promise<u64> = when!(clone gate => { gate.pass(); panic!("the head") });
        for _ in 0..many() {
            promise = when!(promise => *promise + 1);
        }
        gate.open();
        assert_eq!(promise.join().unwrap_err().message(), "the head");
    });
}

struct Link {
    _before: Option<Promise<Link>>,
}

#[test]
fn a_chain_of_results_that_hold_promises_is_dropped() {
    on_small_stacks(1, || {
        let mut last: Promise<Link> = when!(=> Link { _before: None });
        for _ in 0..many() {
            last = when!(let before = last => Link { _before: Some(before) });
        }
        quiesce();
        drop(last);
    });
}

enum Nested {
    End,
    Cown(#[expect(dead_code, reason = "owned, never looked at")] Cown<Nested>),
    Promise(#[expect(dead_code, reason = "owned, never looked at")] Promise<Nested>),
    Both(#[expect(dead_code, reason = "owned, never looked at")] Box<(Nested, Nested)>),
}

#[test]
fn a_chain_of_cowns_and_promises_in_turn_is_dropped() {
    on_small_stacks(1, || {
        let mut chain = Nested::End;
        for i in 0..many() / 2 {
            chain = match i % 3 {
                0 => Nested::Cown(Cown::new(chain)),
                1 => Nested::Promise(when!(let chain = chain => chain)),
                _ => Nested::Both(Box::new((Nested::Cown(Cown::new(chain)), Nested::End))),
            };
        }
        quiesce();
        drop(chain);
    });
}

/// Each waiting behavior captures the promise of the one before: when the runtime goes away, all are dropped.
#[test]
fn a_chain_of_behaviors_that_capture_each_other() {
    on_small_stacks(1, || {
        let (cown, gate) = (Cown::new(()), Gate::new());
        let mut last = when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        for _ in 0..many() / 2 {
            last = when!(cown, let before = last => { let _ = &cown; drop(before); });
        }
        gate.open();
        last.join().unwrap();
    });
}

/// A failure that is the payload of the next one's panic, and so on.
#[test]
fn dropping_a_chain_of_failures_in_failures() {
    on_small_stacks(1, || {
        let drops = Drops::new();
        let mut failure = when((), |()| panic!("first")).join().unwrap_err();
        for depth in 0..50_000 {
            let token = (depth == 0).then(|| drops.token());
            // Resumed: the panic hook does not print it.
            let panics = move |()| std::panic::resume_unwind(Box::new((failure, token)));
            failure = when((), panics).join().map(|()| "no value").unwrap_err();
        }
        assert_eq!(drops.count(), 0);
        drop(failure);
        assert_eq!(drops.count(), 1, "the innermost one, too");
    });
}
