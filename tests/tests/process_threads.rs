//! Promise: `shutdown`, and dropping a runtime, join its threads. One test, so that nothing else starts threads in
//! this process.
#![cfg(target_os = "linux")]

use boc::prelude::*;
use boc_tests::{LIMIT, thread_count, within};

#[test]
fn shutdown_and_drop_join_every_thread() {
    within(LIMIT, || {
        let before = thread_count();
        for round in 0..20 {
            let runtime = Runtime::builder().workers(4).build().expect("a runtime");
            assert!(thread_count() >= before + 4, "its workers");
            let cown = Cown::new(0);
            for _ in 0..100 {
                runtime.enter(|| when!(cown => *cown += 1));
            }
            if round % 2 == 0 {
                runtime.shutdown()
            } else {
                drop(runtime)
            }
            // A joined thread has left the kernel's list, or is just about to.
            let left = (0..1_000).find(|_| {
                std::thread::sleep(std::time::Duration::from_millis(1));
                thread_count() <= before
            });
            assert!(left.is_some(), "{} threads before, {} after", before, thread_count());
        }
    });
}
