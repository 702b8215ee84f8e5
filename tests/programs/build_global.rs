//! The global runtime, set up by the program: the first argument says how.

use std::io::ErrorKind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use boc::prelude::*;

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("once") => once(),
        Some("twice") => twice(),
        Some("late") => late(|| drop(when!(=> 1))),
        Some("asked") => late(|| drop(Runtime::current())),
        Some("main") => under_main().expect("nothing is set up before"),
        Some("main-workers") => under_main_with_workers(),
        Some("fails") => fails(),
        Some("unused") => unused(),
        other => panic!("which one? {other:?}"),
    }
}

fn name() -> String {
    when!(=> thread::current().name().expect("named").to_owned()).join().expect("a name")
}

/// Workers, names, stacks and hooks; also of the threads that are started again.
fn once() {
    let hooks = Arc::new(AtomicUsize::new(0));
    let (starts, stops) = (hooks.clone(), hooks.clone());
    Runtime::builder()
        .workers(2)
        .thread_name("app")
        .stack_size(32 << 20)
        .on_thread_start(move |_| {
            starts.fetch_add(1, Ordering::Relaxed);
        })
        .on_thread_stop(move |_| {
            stops.fetch_add(100, Ordering::Relaxed);
        })
        .build_global()
        .expect("the first thing in `main`");
    for round in 1..=2 {
        assert!(name().starts_with("app-"));
        assert_eq!(boc::stats().workers, 2);
        boc::wait();
        assert_eq!(hooks.load(Ordering::Relaxed), round * 202);
    }
    assert_eq!(boc::stats().finished, 2);
    println!("app");
}

fn refused() {
    let error = Runtime::builder().workers(3).build_global().expect_err("it is there");
    assert_eq!(error.kind(), ErrorKind::AlreadyExists);
    println!("{error}");
}

fn twice() {
    boc::Builder::new().workers(2).build_global().expect("the first one");
    refused();
    assert_eq!(boc::stats().workers, 2, "the first one stays");
    boc::wait();
    refused();
}

fn late(use_it: impl FnOnce()) {
    use_it();
    refused();
    assert_eq!(boc::stats().workers, 1, "as the environment says");
    boc::wait();
}

#[boc::main]
fn under_main(main: MainThread) -> std::io::Result<()> {
    Runtime::builder().workers(2).thread_name("app").build_global()?;
    when!(in &main; let name = name() => println!("{}", name.starts_with("app-")));
    Ok(())
}

#[boc::main(workers = 2)]
fn under_main_with_workers() {
    refused();
    when!(=> assert_eq!(boc::stats().workers, 2));
}

/// What cannot be set up is not: the next thing that uses the global runtime sets up the usual one.
fn fails() {
    let error = Runtime::builder().workers(0).build_global().expect_err("no workers");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    let error = Runtime::builder()
        .workers(2)
        .spawn_handler(|_| Err(std::io::Error::other("no threads")))
        .build_global()
        .expect_err("no threads");
    assert_eq!(error.to_string(), "no threads");
    assert!(name().starts_with("boc-worker-"));
    println!("the usual one");
}

/// Asking does not start anything.
fn unused() {
    let before = boc_tests::thread_count();
    let rt = Runtime::current();
    let stats = rt.stats();
    assert_eq!((stats.workers, stats.scheduled, stats.in_flight), (1, 0, 0));
    rt.quiesce();
    boc::wait_timeout(std::time::Duration::ZERO).expect("nothing is in flight");
    let hold = boc::hold();
    assert_eq!((boc::stats().holds, boc::stats().in_flight), (1, 1));
    drop(hold);
    assert_eq!(boc_tests::thread_count(), before, "no thread was started");
    when!(in rt; => println!("started")).join().expect("it runs");
    assert!(boc_tests::thread_count() > before);
}
