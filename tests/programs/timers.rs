//! A program that counts its threads while it makes timers, and forks while it has some.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use boc::after;
use boc::prelude::*;
use boc_tests::{LIMIT, in_a_child, message_of, thread_count, within};

const HOUR: Duration = Duration::from_secs(3600);

/// Waits until there are so many threads: one that was joined has left the system's list, or is just about to.
fn assert_threads(expected: usize, when: &str) {
    let some_time = 0..1_000;
    let found = some_time.into_iter().any(|_| {
        thread::sleep(Duration::from_millis(1));
        thread_count() == expected
    });
    assert!(found, "{expected} threads expected {when}, and there are {}", thread_count());
}

fn threads() {
    let before = thread_count();
    for round in 0..10 {
        let runtime = Runtime::builder().workers(1).build().expect("a runtime");
        assert_threads(before + 1, "before the first timer");
        runtime.enter(|| {
            let never = after(Duration::MAX);
            assert_threads(before + 1, "for a timer that is never due");
            let timers: Vec<_> = (0..100).map(|_| after(HOUR)).collect();
            after(Duration::from_millis(1)).join().expect("in time");
            assert_threads(before + 2, "with timers");
            if round % 3 == 2 {
                boc::wait();
                assert_threads(before, "after `wait`");
                after(Duration::from_millis(1)).join().expect("in time");
                assert_threads(before + 1, "after a timer more: no worker has anything to do");
            }
            drop((never, timers));
        });
        if round % 3 == 0 {
            runtime.shutdown()
        } else {
            drop(runtime)
        }
        assert_threads(before, "at the end");
    }
}

fn fork() {
    let runtime = Runtime::builder().workers(1).build().expect("a runtime");
    let pending = runtime.enter(|| after(HOUR));
    let doomed = Runtime::builder().workers(1).build().expect("a runtime");
    let its_timer = doomed.enter(|| after(HOUR));
    let mut doomed = Some(doomed);
    let code = in_a_child(|| {
        let refused = catch_unwind(AssertUnwindSafe(|| runtime.enter(|| after(HOUR)))).expect_err("refused");
        let text = message_of(&*refused);
        assert!(text.contains("fork") && text.contains("in the child"), "{text}");
        // A runtime that is dropped in the child cancels its timers there, and waits for no thread.
        drop(doomed.take());
        assert_eq!(its_timer.clone().join().unwrap_err().kind(), FailureKind::Cancelled);
        let own = Runtime::builder().workers(1).build().expect("a child can start threads");
        own.enter(|| after(Duration::from_millis(1))).join().expect("in time");
        own.shutdown();
    });
    assert_eq!(code, 0, "with a timer thread in the parent");
    runtime.enter(|| after(Duration::from_millis(1))).join().expect("the parent goes on");
    assert!(!pending.is_finished());
}

fn main() {
    within(LIMIT, || {
        threads();
        fork();
    });
    println!("all is decided");
}
