//! What the system refuses: the first argument says what. Run by tests/process/faults.rs, under limits.

use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{panic_message, thread_count};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("no-threads") => no_threads(),
        Some("no-global-threads") => no_global_threads(),
        Some("no-memory") => no_memory(),
        Some("starved") => starved(),
        other => panic!("which one? {other:?}"),
    }
}

/// A joined thread leaves the kernel's list a moment later.
fn assert_alone(before: usize) {
    let alone = (0..1_000).find(|_| {
        thread::sleep(Duration::from_millis(1));
        thread_count() <= before
    });
    assert!(alone.is_some(), "{before} threads before, {} after", thread_count());
}

/// Some of the threads can be started and some cannot: an error, and none is left. Then fewer threads work.
fn no_threads() {
    // ThreadSanitizer has a thread of its own from the first one on.
    thread::spawn(|| ()).join().expect("nothing to do");
    let before = thread_count();
    let refused = std::env::args().nth(2).expect("how many").parse().expect("a number");
    let stack = std::env::args().nth(3).expect("how large a stack").parse().expect("a number");
    for _ in 0..20 {
        let error =
            Runtime::builder().workers(refused).stack_size(stack).build().expect_err("too many threads");
        assert_ne!(error.kind(), std::io::ErrorKind::InvalidInput, "{error}");
        assert!(error.raw_os_error().is_some(), "not the system's: {error}");
        assert_alone(before);
    }
    let error = Runtime::builder().workers(refused).stack_size(stack).build().expect_err("too many threads");
    let runtime = Runtime::builder().workers(1).stack_size(1 << 20).build().expect("one thread");
    let cown = Cown::new(1);
    let two = when!(in runtime; cown => { *cown += 1; *cown });
    assert_eq!(two.join().expect("it runs"), 2);
    runtime.shutdown();
    assert_alone(before);
    println!("refused: {error}");
}

/// The same for the global runtime: the `when` that would start it panics, every time, and schedules nothing.
fn no_global_threads() {
    let (before, cown) = (thread_count(), Cown::new(0));
    for _ in 0..3 {
        let message = panic_message(|| when!(cown => *cown += 1));
        assert!(message.starts_with("the worker threads of the runtime cannot be started: "), "{message}");
        assert_alone(before);
    }
    boc::wait(); // of nothing
    let own = Runtime::builder().workers(1).stack_size(1 << 20).build().expect("one thread");
    let zero = when!(in own; cown => *cown);
    assert_eq!(zero.join().expect("it runs"), 0);
    println!("refused");
}

/// Allocates behaviors until there is no memory any more.
fn no_memory() {
    let runtime = Runtime::builder().workers(1).stack_size(1 << 20).build().expect("one thread");
    let (cown, hold) = (Cown::new(0), Promise::<u8>::new());
    println!("started");
    loop {
        let large = [1_u8; 4_096];
        let promise = &hold.1;
        when!(in runtime; cown, read promise => { let _ = &promise; *cown += usize::from(large[7]); });
    }
}

/// Contended work of every kind, to be done by threads that hardly ever run.
fn starved() {
    let runtime = Runtime::builder().workers(8).build().expect("a runtime");
    let cowns: Vec<Cown<usize>> = (0..4).map(|_| Cown::new(0)).collect();
    thread::scope(|scope| {
        for thread in 0..4 {
            let (cowns, runtime) = (&cowns, &runtime);
            scope.spawn(move || {
                for turn in 0..100 {
                    let (one, other, third) = (thread, (thread + 1 + turn % 3) % 4, (thread + turn) % 4);
                    let (one, other, third) = (&cowns[one], &cowns[other], &cowns[third]);
                    when!(in runtime; one, other => { *one += 1; *other += 1; });
                    when!(in runtime; read third => assert!(*third <= 800));
                }
            });
        }
    });
    runtime.quiesce();
    let sum = when!(in runtime; read cowns => cowns.iter().sum::<usize>());
    println!("{}", sum.join().expect("a sum"));
}
