//! The global runtime, asked in several ways: the first argument says which.

use std::collections::HashSet;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::thread_count;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("workers") => workers(),
        Some("fresh") => fresh_start(),
        Some("leave") => leave(),
        Some("exit-in-flight") => in_flight(),
        other => panic!("which one? {other:?}"),
    }
}

/// Prints how many threads ever run bodies, and that as many can at the same time.
fn workers() {
    let expected: usize = std::env::args().nth(2).expect("how many").parse().expect("a number");
    let together = Arc::new(Barrier::new(expected));
    let met: Vec<_> = (0..expected).map(|_| when!(clone together => { together.wait(); })).collect();
    met.into_iter().for_each(|promise| promise.join().expect("it met the others"));
    let ran_on: HashSet<_> = (0..2_000)
        .map(|_| when!(=> { thread::yield_now(); thread::current().id() }))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|promise| promise.join().expect("an id"))
        .collect();
    assert!(ran_on.len() <= expected, "{} threads", ran_on.len());
    println!("met {expected}");
}

/// `wait` ends the global runtime, threads and all; the next `when` starts it afresh.
fn fresh_start() {
    // ThreadSanitizer has a thread of its own from the first one on.
    thread::spawn(|| ()).join().expect("nothing to do");
    let alone = thread_count();
    let cown = Cown::new(0);
    for round in 1..=5 {
        for _ in 0..100 {
            when!(cown => *cown += 1);
        }
        boc::wait();
        let left = (0..1_000).find(|_| {
            thread::sleep(Duration::from_millis(1));
            thread_count() <= alone
        });
        assert!(left.is_some(), "{} threads are left", thread_count());
        assert_eq!(when!(cown => *cown).join().expect("a value"), 100 * round);
    }
    boc::wait();
    boc::wait(); // of nothing
    println!("five rounds");
}

/// Scheduling and leaving: the process ends, whatever became of the behavior.
fn leave() {
    let cown = Cown::new(1);
    when!(cown => *cown += 1);
    println!("left");
}

/// Leaving while a body runs: the process ends without waiting for it.
fn in_flight() {
    let running = Arc::new(Barrier::new(2));
    when!(clone running => { running.wait(); thread::sleep(Duration::from_secs(3_600)); });
    running.wait();
    println!("left");
}
