//! Memory per cown, per promise and per behavior that waits, in bytes: what the runtime asks the allocator for, divided by
//! very many. (A behavior that has run gives its memory back; what the runtime keeps for the next one is not counted twice.)
//!
//! `cargo run --release -p boc-micro --bin memory`

use std::alloc::System;
use std::hint::black_box;
use std::sync::{Arc, Barrier};

use boc::prelude::*;
use boc_micro::{cowns, runtime};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// So many that whatever is allocated in large pieces does not matter.
const MANY: usize = if cfg!(test) { 10_000 } else { 200_000 };

fn main() {
    let main = MainThread::claim().expect("the first claim");
    println!("{:<48}{:>8}", "", "bytes");
    for (name, bytes) in figures(&main) {
        println!("{name:<48}{bytes:>8.1}");
    }
}

/// What is measured stays until the end: memory that is free again would be used again, without the allocator.
fn figures(main: &MainThread) -> Vec<(&'static str, f64)> {
    let mut kept: Vec<Box<dyn FnOnce()>> = Vec::new();
    let mut figures = Vec::new();
    let mut figure = |name, (bytes, end): (f64, Box<dyn FnOnce()>)| {
        figures.push((name, bytes));
        kept.push(end);
    };
    figure("Cown<()>", each(|| Cown::new(())));
    figure("Cown<u64>", each(|| Cown::new(0_u64)));
    figure("Cown<[u64; 8]>", each(|| Cown::new([0_u64; 8])));
    figure("PinnedCown<u64>", each(|| PinnedCown::new(main, 0_u64)));
    figure("Promise<u64> and its Resolver", each(Promise::<u64>::new));
    figure("behavior on 1 cown", waiting(|cown| drop(when!(cown => *cown += 1))));
    figure("behavior on 1 cown, reading", waiting(|cown| drop(when!(read cown => assert!(*cown > 0)))));
    figure(
        "behavior on 1 cown, 32 bytes captured",
        waiting(|cown| {
            let captured = black_box([1_u64; 4]);
            when!(cown => *cown += black_box(captured)[2]);
        }),
    );
    figure("behavior on 1 cown, result u64, promise kept", waiting(|cown| when!(cown => *cown)));
    let ten = &cowns(10);
    figure(
        "behavior on 2 cowns",
        waiting(|cown| {
            let other = &ten[0];
            when!(cown, other => *cown += *other);
        }),
    );
    figure(
        "behavior on 11 cowns, 10 of them in a group",
        waiting(|cown| drop(when!(cown, ten => *cown += ten[0]))),
    );
    kept.into_iter().for_each(|end| end());
    figures
}

/// Bytes that are in use after `make` was called `MANY` times, and were not before, for each time; and how to end what it
/// made.
fn each<R: 'static>(make: impl Fn() -> R) -> (f64, Box<dyn FnOnce()>) {
    let mut made = Vec::with_capacity(MANY);
    let before = Region::new(ALLOCATOR);
    made.extend((0..MANY).map(|_| make()));
    let change = before.change();
    let bytes = change.bytes_allocated as f64 - change.bytes_deallocated as f64;
    (bytes / MANY as f64, Box::new(|| drop(made)))
}

/// As `each`, of behaviors that wait for a cown that another one holds.
fn waiting<R: 'static>(schedule: impl Fn(&Cown<u64>) -> R) -> (f64, Box<dyn FnOnce()>) {
    let (runtime, cown, gate) = (runtime(1), Cown::new(0), Arc::new(Barrier::new(2)));
    let (bytes, end) = runtime.enter(|| {
        when!(cown, clone gate => {
            gate.wait();
            gate.wait();
            *cown += 1;
        });
        gate.wait();
        each(|| schedule(&cown))
    });
    (
        bytes,
        Box::new(move || {
            gate.wait();
            runtime.shutdown();
            end();
        }),
    )
}

/// The sizes themselves are for people to look at; that they are found is not.
#[test]
fn a_value_is_found_in_its_cown() {
    let main = MainThread::claim().expect("a thread of this test's own");
    let figures = figures(&main);
    let of = |name: &str| figures.iter().find(|(thing, _)| *thing == name).expect("it was measured").1;
    let grown = of("Cown<[u64; 8]>") - of("Cown<()>");
    assert!((60.0..80.0).contains(&grown), "64 bytes more of value: {grown} bytes more of cown");
    assert!(figures.iter().all(|(_, bytes)| *bytes > 16.0), "{figures:?}");
}
