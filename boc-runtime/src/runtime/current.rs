//! Owns: asking for the current runtime.

use super::{Hold, Runtime, Stats, WorkerStats, quiesce};

/// Figures of the current runtime: see [`Runtime::stats`]. They stay readable after
/// [`wait`](crate::wait()).
///
/// # Panics
///
/// As [`Runtime::current`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Runtime, when};
///
/// let runtime = Runtime::builder().workers(2).build().unwrap();
/// runtime.enter(|| {
///     when((), |()| ());
///     boc::wait();
///     assert_eq!(boc::stats().finished, 1);
/// });
/// ```
#[track_caller]
pub fn stats() -> Stats {
    Stats::of(&quiesce::current_held())
}

/// Figures of each worker of the current runtime: see [`Runtime::worker_stats`].
///
/// # Panics
///
/// As [`Runtime::current`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::Runtime;
///
/// let runtime = Runtime::builder().workers(2).build().unwrap();
/// assert_eq!(runtime.enter(boc::worker_stats).len(), 2);
/// ```
#[track_caller]
pub fn worker_stats() -> Vec<WorkerStats> {
    WorkerStats::of(&quiesce::current_held())
}

/// Something that keeps the current runtime from being quiescent until it is dropped: see [`Hold`].
///
/// # Panics
///
/// As [`Runtime::current`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::sync::atomic::{AtomicBool, Ordering};
/// use std::{sync::Arc, thread};
/// use boc::when;
///
/// let heard = Arc::new(AtomicBool::new(false));
/// let hold = boc::hold(); // a thread that will schedule
/// thread::spawn({
///     let heard = Arc::clone(&heard);
///     move || {
///         when((), move |()| heard.store(true, Ordering::Relaxed));
///         drop(hold);
///     }
/// });
/// boc::quiesce();
/// assert!(heard.load(Ordering::Relaxed));
/// ```
#[track_caller]
pub fn hold() -> Hold {
    Hold::new(&quiesce::current_held())
}
