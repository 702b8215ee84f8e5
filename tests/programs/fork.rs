//! A program that forks: the child has one thread, and none of the runtime's. What it may do, and how it is told.

use std::panic::{AssertUnwindSafe, catch_unwind};

use boc::prelude::*;
use boc_tests::{LIMIT, in_a_child, message_of, within};

/// What `f` says when it is refused.
fn refused<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("this was to be refused"),
        Err(payload) => message_of(&*payload),
    }
}

fn assert_says_what_to_do(text: &str) {
    assert!(text.contains("fork") && text.contains("boc::wait()") && text.contains("in the child"), "{text}");
}

/// The parent's runtimes have threads: in the child each use of them is refused.
fn with_threads(own: &Runtime, waiting: &Promise<u8>) {
    let cown = Cown::new(1);
    assert_says_what_to_do(&refused(|| when(&cown, |_| ())));
    assert_says_what_to_do(&refused(|| when((), |()| ())));
    assert_says_what_to_do(&refused(|| own.when(&cown, |_| ())));
    assert_says_what_to_do(&refused(|| own.enter(|| when(&cown, |_| ()))));
    assert_says_what_to_do(&refused(|| boc::scope(|s| drop(s.when(&cown, |_| ())))));
    assert_says_what_to_do(&refused(|| boc::batch(|b| drop(b.when(&cown, |_| ())))));
    assert_says_what_to_do(&refused(|| own.quiesce()));
    assert_says_what_to_do(&refused(|| waiting.clone().join()));
    // Nothing was scheduled: the handle is the only one.
    assert_eq!(cown.try_into_inner().expect("not requested"), 1);
    with_a_runtime_of_its_own();
}

fn with_a_runtime_of_its_own() {
    let runtime = Runtime::builder().workers(2).build().expect("a child can start threads");
    let sum = Cown::new(0);
    runtime.enter(|| {
        for n in 1..=100 {
            when(&sum, move |mut sum| *sum += n);
        }
        quiesce();
    });
    assert_eq!(runtime.when(&sum, |sum| *sum).join().unwrap(), 5050);
    runtime.shutdown();
}

fn main() {
    within(LIMIT, || {
        assert_eq!(when((), |()| 1).join().unwrap(), 1);
        let own = Runtime::builder().workers(1).build().expect("a runtime");
        let (resolver, promise) = Promise::<u8>::new();
        let waiting = own.when(&promise, |promise| *promise);
        let code = in_a_child(|| with_threads(&own, &waiting));
        assert_eq!(code, 0, "with threads");
        // In the child a runtime of the parent can be dropped.
        let doomed = Runtime::builder().workers(1).build().expect("a runtime");
        let mut doomed = Some(doomed);
        let code = in_a_child(|| drop(doomed.take()));
        assert_eq!(code, 0, "dropped");
        drop(doomed);
        // The rest needs none of the parent's threads, or is told so.
        let (mine, needed) = Promise::<u8>::new();
        let (mut mine, cown) = (Some(mine), Cown::new(1));
        let held = own.when((&needed, &cown), |_| ());
        let code = in_a_child(|| {
            mine.take().expect("a resolver").resolve(1);
            // What became ready would run on a thread that is not there; it passes its cowns on.
            let failure = held.clone().join().unwrap_err();
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            let why =
                "cancelled before it ran: its runtime's threads are in the parent of this process (`fork`)";
            assert_eq!(failure.message(), why);
            assert_eq!(needed.clone().join().unwrap(), 1);
            let runtime = Runtime::builder().workers(1).build().expect("a child can start threads");
            assert_eq!(runtime.when(&cown, |cown| *cown).join().unwrap(), 1);
            // Nothing of the global runtime is in flight.
            boc::wait();
        });
        assert_eq!(code, 0, "without threads");
        drop(mine);
        assert_eq!(held.join().unwrap_err().kind(), FailureKind::Abandoned);

        resolver.resolve(7);
        assert_eq!(waiting.join().unwrap(), 7, "the parent goes on");
        own.shutdown();
        boc::wait();
        let code = in_a_child(|| {
            assert_eq!(when((), |()| 2).join().unwrap(), 2, "the child starts threads of its own");
            with_a_runtime_of_its_own();
            boc::wait();
        });
        assert_eq!(code, 0, "waited for before");
        assert_eq!(when((), |()| 3).join().unwrap(), 3);
    });
    println!("all is decided");
}
