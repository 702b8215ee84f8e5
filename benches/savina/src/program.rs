//! Owns: what a program of the suite is, and how one repetition of it is timed.

use std::fmt::Debug;
use std::time::{Duration, Instant};

use boc::{Runtime, when};

use crate::Bound;

/// One program of the suite, at a given size.
pub trait Program: Copy + Debug + Send + Sync + 'static {
    /// What the program is called on the command line.
    const NAME: &'static str;
    /// What the program is called in the paper.
    const TITLE: &'static str;
    /// What takes its time.
    const BOUND: Bound;
    /// The size in the suite.
    const FULL: Self;
    /// A size for tests.
    const SMALL: Self;

    /// What comes out of it, and is checked.
    type Outcome: Debug + Send + Sync;

    /// What has to come out: known, or computed by one thread in a loop.
    fn expected(self) -> Self::Outcome;

    /// Whether this outcome is the expected one.
    fn agrees(expected: &Self::Outcome, found: &Self::Outcome) -> bool;

    /// One repetition on boc.
    fn run(self, workers: usize) -> Run<Self::Outcome>;
}

/// One repetition: how long it took, and what came out.
#[derive(Debug)]
pub struct Run<T> {
    /// From just before the runtime was built until it was quiescent and its threads were joined.
    pub time: Duration,
    /// What came out, read after the clock was stopped.
    pub outcome: T,
}

/// Times `schedule` on a boc runtime of its own, then looks at the outcome through the handles that it returned.
///
/// It runs as a behavior: the program, too, is the workers' business. Verona's harness calls it before the workers start; either way
/// no further thread competes with them.
pub fn on_boc<H: Send + 'static, T>(
    workers: usize,
    schedule: impl FnOnce() -> H + Send + 'static,
    outcome: impl FnOnce(H) -> T,
) -> Run<T> {
    let started = Instant::now();
    let runtime = Runtime::builder().workers(workers).build().expect("threads can be started");
    let handles = when!(in runtime; => schedule());
    runtime.shutdown();
    let time = started.elapsed();
    Run { time, outcome: outcome(handles.join().expect("the program was scheduled")) }
}
