//! Owns: asking for the current runtime, and [`RuntimeHandle`].

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::sched::Core;

use super::{Hold, Runtime, Stats, WorkerStats, quiesce};

/// A handle of a runtime that does not own it: from [`Runtime::current`] or [`Runtime::handle`].
///
/// It can do what a `&Runtime` can, and is `Clone`, `Send` and `'static`: a thread, a callback or a
/// cown may keep it. Dropping it ends nothing. It keeps nothing from ending, either: when the
/// [`Runtime`] is dropped the runtime is gone, and what is scheduled through a handle is cancelled
/// (its promise fails with [`FailureKind::Cancelled`](crate::FailureKind::Cancelled)). The figures
/// keep their values.
///
/// Use a [`Hold`] to keep a runtime from being quiescent.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, FailureKind, Runtime, RuntimeHandle, quiesce};
///
/// fn log(rt: &RuntimeHandle, lines: &Cown<Vec<String>>, line: &'static str) {
///     rt.when(lines, move |mut lines| lines.push(line.to_owned()));
/// }
///
/// let (runtime, lines) = (Runtime::builder().workers(1).build().unwrap(), Cown::new(Vec::new()));
/// let rt = runtime.handle();
/// std::thread::spawn({
///     let (rt, lines) = (rt.clone(), lines.clone());
///     move || log(&rt, &lines, "from a thread")
/// })
/// .join()
/// .unwrap();
/// rt.quiesce();
/// assert_eq!(rt.stats().finished, 1);
///
/// drop(runtime);
/// assert_eq!(rt.when(&lines, |_| ()).join().unwrap_err().kind(), FailureKind::Cancelled);
/// assert_eq!(rt.stats().finished, 2);
/// ```
pub struct RuntimeHandle {
    runtime: Runtime,
}

impl RuntimeHandle {
    pub(super) fn new(core: Arc<Core>) -> RuntimeHandle {
        RuntimeHandle { runtime: Runtime::not_owning(core) }
    }
}

impl Deref for RuntimeHandle {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        &self.runtime
    }
}

impl Clone for RuntimeHandle {
    fn clone(&self) -> RuntimeHandle {
        self.runtime.handle()
    }
}

impl fmt::Debug for RuntimeHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RuntimeHandle").field("stats", &self.stats()).finish_non_exhaustive()
    }
}

impl Runtime {
    /// A handle of the current runtime: the one whose behavior runs here, or that was
    /// [entered](Runtime::enter), or else the global one.
    ///
    /// This starts nothing. If the global runtime is not there yet this sets it up, with the number of
    /// workers that it will have (so [`Builder::build_global`](crate::Builder::build_global) comes too
    /// late then); its threads start when something is scheduled. Until then its figures are 0, and
    /// waits for it return at once.
    ///
    /// # Panics
    ///
    /// If the global runtime cannot be set up: `BOC_WORKERS` is wrong.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Runtime, when};
    ///
    /// let runtime = Runtime::builder().workers(2).build().unwrap();
    /// runtime.enter(|| {
    ///     let rt = Runtime::current();
    ///     rt.when((), |()| {
    ///         assert_eq!(Runtime::current().stats().workers, 2); // the body's own
    ///     });
    ///     rt.quiesce();
    /// });
    /// assert_eq!(runtime.stats().finished, 1);
    /// ```
    #[track_caller]
    pub fn current() -> RuntimeHandle {
        RuntimeHandle::new(quiesce::current_held())
    }

    /// A handle of this runtime that does not own it.
    pub fn handle(&self) -> RuntimeHandle {
        RuntimeHandle::new(Arc::clone(&self.core))
    }
}

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
    Runtime::current().stats()
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
    Runtime::current().worker_stats()
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
    Runtime::current().hold()
}
