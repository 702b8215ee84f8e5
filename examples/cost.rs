//! What a behavior costs: scheduled from a body, run by the workers, its unit result dropped.
//!
//! Nanoseconds per behavior, the median of seven runs, of which each starts a runtime, does its work and joins the
//! threads. On a machine that does other things the numbers are worth little: compare within one run.
//!
//! `cargo run --release --example cost`

use std::time::Instant;

use boc::prelude::*;

/// Each program schedules and runs this many behaviors (fewer in the test, which only checks that all of them run).
const BEHAVIORS: u64 = if cfg!(test) { 2_000 } else { 1_000_000 };
const RUNS: usize = if cfg!(test) { 1 } else { 7 };

/// Schedules its behaviors, and promises how many there were.
type Program = fn() -> Promise<u64>;

/// Cowns that nobody else wants: a fresh one for every hundred behaviors, which find it free or just released.
fn one_cown() -> Promise<u64> {
    when!(=> (0..BEHAVIORS / 100).map(|_| {
        let cown = Cown::new(0_u64);
        for _ in 0..100 {
            when!(cown => *cown += 1);
        }
        100
    }).sum())
}

/// As [`one_cown`], with two of them in every request set.
fn two_cowns() -> Promise<u64> {
    when!(=> (0..BEHAVIORS / 100).map(|_| {
        let (one, two) = (Cown::new(0_u64), Cown::new(0_u64));
        for _ in 0..100 {
            when!(one, two => {
                *one += 1;
                *two += 1;
            });
        }
        100
    }).sum())
}

/// A single cown that all of them want.
fn contended() -> Promise<u64> {
    let cown = Cown::new(0_u64);
    for _ in 0..BEHAVIORS {
        when!(cown => *cown += 1);
    }
    when!(cown => *cown)
}

/// A single cown that all of them read.
fn readers() -> Promise<u64> {
    let cown = Cown::new(1_u64);
    for _ in 0..BEHAVIORS {
        when!(read cown => assert_eq!(*cown, 1));
    }
    when!(cown => BEHAVIORS * *cown)
}

/// Median nanoseconds per behavior.
fn measure(workers: usize, program: Program) -> f64 {
    let mut runs: Vec<_> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            let runtime = Runtime::builder().workers(workers).build().expect("worker threads");
            let ran = runtime.enter(program);
            runtime.quiesce();
            assert_eq!(ran.join().expect("no body panics"), BEHAVIORS);
            runtime.shutdown();
            start.elapsed()
        })
        .collect();
    runs.sort();
    runs[RUNS / 2].as_nanos() as f64 / BEHAVIORS as f64
}

fn main() {
    println!("{:32}{:>12}{:>12}", "ns per behavior", "1 worker", "2 workers");
    let programs: [(&str, Program); 4] = [
        ("one cown, from a body", one_cown),
        ("two cowns, from a body", two_cowns),
        ("one cown for all, from outside", contended),
        ("one cown read by all", readers),
    ];
    for (name, program) in programs {
        println!("{name:32}{:12.0}{:12.0}", measure(1, program), measure(2, program));
    }
}

#[test]
fn every_program_runs_all_of_its_behaviors() {
    main();
}
