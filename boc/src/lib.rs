//! Behavior-oriented concurrency: shared state without locks, without deadlock, without `await`.
//!
//! ```
//! use boc::prelude::*;
//!
//! let account = Cown::new(100);
//! let log = Cown::new(Vec::new());
//!
//! when!(account, log => {
//!     *account -= 30;
//!     log.push("withdrew 30");
//! });
//! let balance = when!(read account => *account);
//! assert_eq!(balance.join().unwrap(), 70);
//! ```
//!
//! Data that is shared lives in a [`Cown`]. A *behavior* is a piece of code and the cowns that it requests:
//! [`when!`](macro@when) schedules one and returns at once, with a [`Promise`] of its result; it runs when it holds all of
//! its cowns, on a pool of worker threads. Behaviors that share a cown run in the order in which they were scheduled;
//! all others in parallel. There is nothing to lock, hence no lock order and no deadlock.
//!
//! What must stay on one thread (a window, a GPU context, an `Rc`) lives in a [`PinnedCown`]: behaviors that request it
//! run on that thread, when it [pumps](MainThread::pump).
//!
//! The [guide] goes on from here, step by step.
//!
//! # Three ways to write a behavior
//!
//! ```
//! use boc::prelude::*;
//!
//! let (a, b) = (Cown::new(1), Cown::new(2));
//! let factor = 10;
//!
//! // a block
//! let sum = when!(a, read b => { *a += *b; *a });
//!
//! // a nested function: `scaled` becomes the promise; `factor` is captured by name
//! #[boc::attr::when(a)]
//! fn scaled(a: &mut i32, factor: i32) -> i32 {
//!     *a *= factor;
//!     *a
//! }
//!
//! // a closure: what the other two expand to
//! let both = when((&sum, &scaled), |(sum, scaled)| *sum + *scaled);
//! assert_eq!(both.join().unwrap(), 33);
//! ```
//!
//! # Guarantees
//!
//! - **Isolation**: while a body runs nobody else touches what it holds exclusively, and what it holds shared
//!   (`read`) is only read. The types say so: no body can hold on to a guard or to a borrowed local.
//! - **Order**: two behaviors that request a cown in common, not both shared, run in the order in which they were scheduled.
//! - **No deadlock**: requests are acquired together, in one global order; a body never waits, and waiting in
//!   one is refused.
//! - **Panics are data**: a body's panic ends up in its promise as a [`Failure`]; its cowns are released; the workers
//!   live on.
//!
//! # Testing
//!
//! What is left to get wrong is an order that nothing promises. [`explore`] runs a test under many orders of its
//! behaviors, under all of them if they are not too many, without threads:
//!
//! ```
//! use boc::prelude::*;
//!
//! # /*
//! #[test]
//! # */
//! fn deposits_add_up() {
//!     let explored = boc::explore(1000, |rt| {
//!         // 1. Make everything anew in here: it is called for each run.
//!         let account = Cown::new(0);
//!         let screen = PinnedCown::new(rt.main(), String::new());
//!         // 2. Behaviors as ever. `when!`, `scope`, `batch` and `quiesce` use the run's runtime.
//!         for amount in [1, 2, 4] {
//!             when!(clone account => drop(when!(account => *account += amount)));
//!         }
//!         let balance = when!(read account, pinned screen => {
//!             *screen = account.to_string();
//!             *account
//!         });
//!         // 3. Claims about the end, or what has been waited for. Join what must not fail.
//!         assert!(balance.join().unwrap() <= 7);
//!         quiesce();
//!         assert_eq!(when!(read account => *account).join().unwrap(), 7);
//!     });
//!     assert!(explored.schedules() > 1);
//! }
//! # deposits_add_up();
//! ```
//!
//! A failure prints the behaviors in the order that led to it, by name and place, and a line such as
//! `BOC_SEED=17 cargo test deposits_add_up`, which makes that run and no other: under a debugger, say, or with more
//! output. Keep a test's input away from clocks, threads and `HashMap`s, so that it differs by its order only; for random
//! programs or input, call `explore` from a property test, with few cases. [`Runtime::simulated`] is one such run, for
//! tests that want to look at a certain seed.

#![forbid(unsafe_code)]

pub mod prelude;

/// How to use all of it, step by step.
///
#[doc = include_str!("guide.md")]
pub mod guide {
    /// For users of bocpy: each of its calls, and what to write here.
    ///
    #[doc = include_str!("from_bocpy.md")]
    pub mod from_bocpy {}
}

/// The attribute form of [`when!`](macro@crate::when). (An attribute and a macro cannot share one path.)
pub mod attr {
    /// The attribute form of a behavior.
    ///
    /// ```
    /// use boc::prelude::*;
    ///
    /// let (src, dst) = (Cown::new(vec![1, 2, 3]), Cown::new(Vec::new()));
    /// let least = 2;
    ///
    /// #[boc::attr::when(src, dst)]
    /// fn moved(src: &mut Vec<i32>, dst: &mut Vec<i32>, least: i32) -> usize {
    ///     dst.extend(src.drain(..).filter(|n| *n >= least));
    ///     dst.len()
    /// }
    /// assert_eq!(moved.join().unwrap(), 2);
    /// ```
    ///
    pub use boc_macros::when;
}

#[doc(hidden)]
pub mod __private {
    pub use boc_macros::when_impl;
    pub use boc_runtime::__private::*;
}

/// The entry of a program whose main thread pumps.
///
/// ```
/// use std::{num::ParseIntError, rc::Rc};
///
/// use boc::prelude::*;
///
/// #[boc::main(workers = 2)]
/// fn main(main: MainThread) -> Result<(), ParseIntError> {
///     let label = PinnedCown::new(&main, Rc::new("sum")); // not `Send`: it stays here
///     let numbers = Cown::new(vec!["1".parse()?, "2".parse()?, "3".parse()?]);
///     let sum = when!(numbers => numbers.iter().sum::<u32>());
///     when!(pinned label, sum => { // runs at the end, when `main` pumps
///         assert_eq!(format!("{label}: {}", *sum), "sum: 6");
///     });
///     Ok(())
/// }
/// ```
///
pub use boc_macros::main;
pub use boc_runtime::{
    Acquired, AcquiredRead, Affinity, Aliased, Anywhere, Attempted, Batch, Builder, Busy, Cancel,
    CancelOnDrop, ClaimError, Cown, Exclusive, Explored, Failure, FailureKind, Group, Guards, Handle, Hold,
    HomeThread, MainThread, Mode, Notice, Pinned, PinnedCown, Place, PlaceGuard, Promise, PromiseFuture,
    PumpLimits, PumpResult, ReadGroup, Request, Requested, Resolver, Runtime, RuntimeHandle, Scope, Sendable,
    Shared, Simulation, Starvation, Stats, ThreadBuilder, ThreadName, TimedOut, Watchdog, WeakCown,
    WeakPinnedCown, WithCancel, WorkerStats, after, all, attempt, batch, explore, first, hold, is_cancelled,
    now, pinned, quiesce, quiesce_timeout, read, read_attempt, scope, stats, try_when, wait, wait_timeout,
    when, worker_stats,
};
#[doc(hidden)]
pub use boc_runtime::{Target, when_named};

/// Schedules a behavior, in block form.
///
/// ```
/// use boc::prelude::*;
///
/// let cells: Vec<Cown<u64>> = (0..4).map(Cown::new).collect();
/// let total = Cown::new(0);
/// let name = "cells".to_owned();
/// let n = 2;
///
/// let report = when!(read cells, total, clone name, let k = 10 * n => {
///     *total = cells.iter().sum::<u64>() * k;
///     format!("{name}: {total}")
/// });
/// assert_eq!(report.join().unwrap(), "cells: 120");
/// assert_eq!(name, "cells"); // still ours
/// ```
///
/// The grammar, for this form and for the attribute, is on the page of [`attr::when`](macro@crate::attr::when).
///
/// # Panics
///
/// As [`when`](fn@crate::when): if the set requests a cown twice, not both times with `read`, say.
#[macro_export]
macro_rules! when {
    () => {
        ::core::compile_error! { "nothing to schedule; write `when!(a, b => { .. })`" }
    };
    ($($input:tt)*) => {
        $crate::__private::when_impl! { [$crate] $($input)* }
    };
}

/// The snippets of the README, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
