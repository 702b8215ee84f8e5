//! Owns: the public runtime: [`Runtime`], its [`Builder`], the global one, and waiting for quiescence.

mod batch;
mod builder;
mod cancel;
mod combine;
mod current;
mod global;
mod hold;
mod main_fn;
mod quiesce;
mod scope;
mod stats;
mod target;
mod timer;
mod when;

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use crate::promise::Promise;
use crate::request::{Guards, Request};
use crate::sched::{self, Core, context};
use crate::sim;

pub use crate::sched::ThreadBuilder;
pub use batch::{Batch, batch};
pub use builder::{Builder, ThreadName};
pub use cancel::{Cancel, CancelOnDrop, WithCancel, is_cancelled};
pub use combine::{all, first};
pub use current::{RuntimeHandle, hold, stats, worker_stats};
pub use hold::Hold;
pub use main_fn::{MainOptions, run_main};
pub(crate) use quiesce::with_current;
pub use quiesce::{TimedOut, quiesce, quiesce_timeout, wait, wait_timeout};
pub(crate) use scope::ScopeState;
pub use scope::{Scope, scope};
pub use stats::{Stats, WorkerStats};
pub use target::Target;
pub use timer::{after, now};
pub use when::{Aliased, try_when, when, when_named};

/// A scheduler with worker threads of its own.
///
/// Most programs need none: `when` uses the global runtime, which the first `when` starts. Runtimes of one process may
/// share cowns; a behavior runs on the runtime through which it was scheduled.
///
/// Dropping a runtime cancels what has not started and joins its threads; see
/// [`shutdown`](Runtime::shutdown) for finishing the work first. What still waits, for a cown, a
/// promise or a pump, is cancelled too: its promise fails at once, its captures are dropped, and its
/// places in the queues are given up in their turns. It may be dropped anywhere, in a body of its
/// own included (then its threads end by themselves).
///
/// The child of a `fork` has none of the threads. There every call that needs them panics, and says
/// what to do: [`wait`] before the fork, or build a runtime in the child.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, Runtime, when};
///
/// # fn main() -> std::io::Result<()> {
/// let runtime = Runtime::builder().workers(2).thread_name("physics").build()?;
/// let world = Cown::new(0);
/// runtime.enter(|| {
///     for step in 1..=10 {
///         when(&world, move |mut world| *world += step);
///     }
/// });
/// let sum = runtime.when(&world, |world| *world);
/// assert_eq!(sum.join().unwrap(), 55);
/// runtime.shutdown();
/// # Ok(())
/// # }
/// ```
#[must_use = "a runtime that is dropped cancels its behaviors"]
pub struct Runtime {
    core: Arc<Core>,
    /// Not that of a [`RuntimeHandle`].
    owns: bool,
}

impl std::panic::UnwindSafe for Runtime {}
impl std::panic::RefUnwindSafe for Runtime {}

impl Runtime {
    /// Sets up a runtime.
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// A runtime with the default number of workers: see [`Builder::workers`].
    ///
    /// # Errors
    ///
    /// As [`Builder::build`].
    pub fn new() -> std::io::Result<Runtime> {
        Runtime::builder().build()
    }

    /// A runtime without threads, for tests: its behaviors run on the calling thread, one after the other, in an order that
    /// depends on `seed` and nothing else.
    ///
    /// Nothing runs before the thread waits (`join`, `quiesce`, the end of a `scope`) or pumps; then the seed chooses among
    /// the behaviors that are ready, pinned ones included, again and again. The same seed gives the same run, always.
    /// [`explore`](crate::explore) tries many seeds; its page says what is modelled, and how. Time is
    /// virtual: see there.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, Runtime, when};
    ///
    /// let order = |seed| {
    ///     let runtime = Runtime::simulated(seed);
    ///     let log = Cown::new(String::new());
    ///     runtime.enter(|| {
    ///         for name in ["a", "b", "c", "d"] {
    ///             when((), { let log = log.clone(); move |()| when(&log, move |mut log| *log += name) });
    ///         }
    ///     });
    ///     runtime.quiesce();
    ///     runtime.when(&log, |log| log.clone()).join().unwrap()
    /// };
    /// assert_eq!(order(7), order(7));
    /// assert!((0..100).any(|seed| order(seed) != "abcd"));
    /// ```
    ///
    /// The runtime may be dropped anywhere, and any thread may wait for it or for its promises.
    /// When its own thread ends nothing can run the behaviors any more, so they are cancelled as
    /// when the runtime is dropped: their promises fail with
    /// [`Cancelled`](crate::FailureKind::Cancelled).
    ///
    /// # Panics
    ///
    /// If the thread has a simulated runtime already. Scheduling on it from another thread panics;
    /// and so does waiting, on its thread, for something that can never happen.
    pub fn simulated(seed: u64) -> Runtime {
        Runtime::from_core(sim::core(sim::Chooser::seeded(seed), false))
    }

    pub(crate) fn from_core(core: Arc<Core>) -> Runtime {
        Runtime { core, owns: true }
    }

    /// What a handle refers to: its end ends nothing.
    fn not_owning(core: Arc<Core>) -> Runtime {
        Runtime { core, owns: false }
    }

    /// Schedules a behavior on this runtime: see [`when`](crate::when()).
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()).
    #[track_caller]
    pub fn when<Q, F, R>(&self, request: Q, body: F) -> Promise<R>
    where
        Q: Guards + Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R,
        F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
        F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
        R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        when::when_on(&self.core, &request, body)
    }

    /// Makes this the current runtime of the calling thread while `f` runs: `when`, `scope`,
    /// `batch`, `quiesce` and `wait` use it. Nothing is waited for at the end.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, Runtime, quiesce, when};
    ///
    /// let runtime = Runtime::builder().workers(1).build().unwrap();
    /// let count = Cown::new(0);
    /// runtime.enter(|| {
    ///     when(&count, |mut count| *count += 1); // on `runtime`
    ///     quiesce(); // of `runtime`
    /// });
    /// assert_eq!(count.try_into_inner().unwrap(), 1);
    /// assert_eq!(runtime.stats().finished, 1);
    /// ```
    #[expect(unsafe_code, reason = "the thread knows its current runtime by pointer")]
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        if self.core.simulation().is_some() {
            let _inside = sim::Inside::enter(&self.core);
            return f();
        }
        sim::settle();
        // A count of its own: `exit` in `f` drops what is borrowed here, a thread-local say, with this still on
        // the stack; what schedules after that finds a core that is cancelled.
        let core = Arc::clone(&self.core);
        // SAFETY: counted for longer than the scope: dropped after it, or, by `exit`, never.
        let _scope = unsafe { context::Scope::enter(NonNull::from(&*core)) };
        f()
    }

    /// Waits until nothing of this runtime is scheduled or running, and everything that its behaviors captured has been
    /// dropped. On a thread that has claimed [`MainThread`](crate::MainThread) it pumps meanwhile.
    ///
    /// # Panics
    ///
    /// At once, if called inside a behavior, or inside of
    /// [`MainThread::with`](crate::MainThread::with).
    #[track_caller]
    pub fn quiesce(&self) {
        quiesce::quiesce_core(&self.core, None, "quiesce").expect("a wait without a deadline");
    }

    /// As [`quiesce`](Runtime::quiesce), for a limited time.
    ///
    /// # Errors
    ///
    /// If something is still scheduled or running when the time is over.
    ///
    /// # Panics
    ///
    /// At once, if called inside a behavior, or inside of
    /// [`MainThread::with`](crate::MainThread::with).
    #[track_caller]
    pub fn quiesce_timeout(&self, timeout: Duration) -> Result<(), TimedOut> {
        quiesce::quiesce_core(&self.core, Some(timeout), "quiesce_timeout")
    }

    /// Waits until nothing is scheduled or running, then ends and joins the threads. Dropping the
    /// runtime cancels instead.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, Runtime};
    ///
    /// let runtime = Runtime::builder().workers(2).build().unwrap();
    /// let count = Cown::new(0);
    /// for _ in 0..10 {
    ///     runtime.when(&count, |mut count| *count += 1);
    /// }
    /// runtime.shutdown();
    /// assert_eq!(count.try_into_inner().unwrap(), 10);
    /// ```
    ///
    /// # Panics
    ///
    /// At once, if called inside a behavior, or inside of
    /// [`MainThread::with`](crate::MainThread::with).
    #[track_caller]
    pub fn shutdown(self) {
        let may_wait = quiesce::may_wait("shutdown");
        quiesce::end_threads(&self.core, may_wait, None, "shutdown").expect("a wait without a deadline");
        // What has come in since is cancelled, as in `drop`.
        drop(self);
    }

    /// As [`shutdown`](Runtime::shutdown), for a limited time: it covers the behaviors, and the ends of
    /// the threads.
    ///
    /// # Errors
    ///
    /// The runtime itself if something is still scheduled or running, or a thread has not ended, when
    /// the time is over. It goes on as before: wait for it once more, or drop it, which cancels what has
    /// not started and waits for the bodies that run.
    ///
    /// # Panics
    ///
    /// As [`shutdown`](Runtime::shutdown); the runtime is dropped then.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::time::Duration;
    /// use boc::{FailureKind, Promise, Runtime};
    ///
    /// let runtime = Runtime::builder().workers(1).build().unwrap();
    /// let (resolver, promise) = Promise::<u32>::new();
    /// let waits = runtime.when(&promise, |n| *n);
    /// let runtime = runtime.shutdown_timeout(Duration::from_millis(1)).unwrap_err();
    /// drop(runtime); // enough: the behavior is cancelled
    /// assert_eq!(waits.join().unwrap_err().kind(), FailureKind::Cancelled);
    /// # drop(resolver);
    /// ```
    #[track_caller]
    pub fn shutdown_timeout(self, timeout: Duration) -> Result<(), Runtime> {
        let may_wait = quiesce::may_wait("shutdown_timeout");
        match quiesce::end_threads(&self.core, may_wait, Some(timeout), "shutdown_timeout") {
            Ok(()) => Ok(()),
            Err(TimedOut { .. }) => Err(self),
        }
    }

    /// Something that keeps this runtime from being quiescent until it is dropped: see [`Hold`].
    pub fn hold(&self) -> Hold {
        Hold::new(&self.core)
    }

    /// Figures of this runtime.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Runtime, when};
    ///
    /// let runtime = Runtime::builder().workers(1).build().unwrap();
    /// runtime.when((), |()| ());
    /// runtime.quiesce();
    /// assert_eq!(runtime.stats().finished, 1);
    /// ```
    pub fn stats(&self) -> Stats {
        Stats::of(&self.core)
    }

    /// Figures of each worker. What they have not scheduled or finished, of [`stats`](Runtime::stats), other threads have.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Runtime, when};
    ///
    /// let runtime = Runtime::builder().workers(2).build().unwrap();
    /// runtime.when((), |()| when((), |()| ()));
    /// runtime.quiesce();
    /// let by_worker = runtime.worker_stats();
    /// assert_eq!(by_worker.iter().map(|worker| worker.finished).sum::<u64>(), 2);
    /// assert_eq!(by_worker.iter().map(|worker| worker.scheduled).sum::<u64>(), 1);
    /// ```
    pub fn worker_stats(&self) -> Vec<WorkerStats> {
        WorkerStats::of(&self.core)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if self.owns {
            if crate::notice::put_off_end(&self.core) {
                return;
            }
            self.core.cancel();
        } else if !self.core.is_cancelled() {
            // Its owner keeps it while a behavior is in flight. What this thread has scheduled after the
            // end, and has put off to cancel, it knows of as cancelled.
            return;
        }
        sched::bury(Arc::clone(&self.core));
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("stats", &self.stats()).finish_non_exhaustive()
    }
}
