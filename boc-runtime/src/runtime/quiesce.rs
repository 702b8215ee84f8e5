//! Owns: waiting until nothing is in flight.

#![expect(unsafe_code, reason = "the current runtime is known by pointer")]

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::sched::{self, Core, MayWait, WaitFor};
use crate::sim::deadline_after;
use crate::sync::{self, Instant};

use super::global::{self, Current};

/// The time of a [`quiesce_timeout`] or a [`wait_timeout`] was over before everything was done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TimedOut {
    _private: (),
}

impl fmt::Debug for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TimedOut")
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time was over before every behavior was finished")
    }
}

impl std::error::Error for TimedOut {}

/// Waits until nothing of the current runtime is scheduled or running, and everything that its behaviors captured has
/// been dropped. The runtime stays up.
///
/// On a thread that has claimed [`MainThread`](crate::MainThread) it pumps meanwhile. What other threads schedule
/// in the meantime is waited for too. A timer ([`after`](crate::after())) is not waited for, but the
/// behaviors that request it are.
///
/// # Panics
///
/// At once, if called inside a behavior: a body never waits. And inside of
/// [`MainThread::with`](crate::MainThread::with); and inside of the closure of a
/// [`batch`](crate::batch) that has scheduled something on this runtime.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, quiesce, when};
/// use std::sync::Arc;
///
/// let token = Arc::new(());
/// let captured = Arc::clone(&token);
/// when(&Cown::new(0), move |mut n| { *n += 1; drop(captured) });
/// quiesce();
/// assert_eq!(Arc::strong_count(&token), 1);
/// ```
#[track_caller]
pub fn quiesce() {
    quiesce_current(None, "quiesce").expect("a wait without a deadline");
}

/// As [`quiesce`], for a limited time; on a [simulated runtime](crate::Runtime::simulated), of virtual
/// time.
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
pub fn quiesce_timeout(timeout: Duration) -> Result<(), TimedOut> {
    quiesce_current(Some(timeout), "quiesce_timeout")
}

/// As [`quiesce`], and then ends and joins the worker threads. The next `when` starts them afresh.
/// Timers that are pending then fail with [`Cancelled`](crate::FailureKind::Cancelled).
///
/// What the destructors of the threads' thread-locals schedule is waited for too. Such a destructor
/// may itself schedule and wait, as on any thread.
///
/// # Panics
///
/// At once, if called inside a behavior, or inside of
/// [`MainThread::with`](crate::MainThread::with).
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, wait, when};
///
/// let cown = Cown::new(1);
/// when(&cown, |mut n| *n += 1);
/// wait(); // everything is done, and no thread is left
/// assert_eq!(when(&cown, |n| *n).join().unwrap(), 2); // started again
/// ```
#[track_caller]
pub fn wait() {
    wait_current(None, "wait").expect("a wait without a deadline");
}

/// As [`wait`], for a limited time: it covers the behaviors, and the ends of the threads.
///
/// # Errors
///
/// If something is still scheduled or running, or a thread has not ended, when the time is over. Then
/// the runtime is as it was: what is scheduled runs, and a later `wait` waits for what is left.
///
/// # Panics
///
/// At once, if called inside a behavior, or inside of
/// [`MainThread::with`](crate::MainThread::with).
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::{Promise, wait_timeout, when};
///
/// let (resolver, promise) = Promise::<u32>::new();
/// let doubled = when(&promise, |n| *n * 2);
/// assert!(wait_timeout(Duration::from_millis(1)).is_err()); // it waits for the promise
/// resolver.resolve(21);
/// assert_eq!(doubled.join().unwrap(), 42); // the runtime has gone on
/// assert!(wait_timeout(Duration::from_secs(60)).is_ok());
/// ```
#[track_caller]
pub fn wait_timeout(timeout: Duration) -> Result<(), TimedOut> {
    wait_current(Some(timeout), "wait_timeout")
}

#[track_caller]
fn wait_current(timeout: Option<Duration>, what: &str) -> Result<(), TimedOut> {
    let may_wait = may_wait(what);
    match existing() {
        Some(core) => end_threads(&core, may_wait, timeout, what),
        None => Ok(()),
    }
}

/// Waits until nothing is in flight, and ends the threads; again if the destructors of their
/// thread-locals have scheduled something.
#[track_caller]
pub(super) fn end_threads(
    core: &Core,
    may_wait: MayWait,
    timeout: Option<Duration>,
    what: &str,
) -> Result<(), TimedOut> {
    let deadline = timeout.and_then(deadline_after);
    // Threads end in real time.
    let real_deadline = timeout.and_then(sync::deadline_after);
    loop {
        quiesce_until(core, may_wait, deadline, what)?;
        if !core.stop(real_deadline) {
            return Err(TimedOut { _private: () });
        }
        if core.has_ended() {
            return Ok(());
        }
    }
}

#[track_caller]
fn quiesce_current(timeout: Option<Duration>, what: &str) -> Result<(), TimedOut> {
    let may_wait = may_wait(what);
    match existing() {
        Some(core) => quiesce_until(&core, may_wait, timeout.and_then(deadline_after), what),
        None => Ok(()),
    }
}

/// The current runtime, held, if there is one.
fn existing() -> Option<Arc<Core>> {
    Some(match global::existing()? {
        // SAFETY: alive while it is entered.
        Current::Entered(core) => unsafe { Core::hold(core) },
        Current::Global(core) => Arc::clone(core),
        Current::Simulated(core) => core,
    })
}

/// The current runtime, held; set up if need be.
#[track_caller]
pub(super) fn current_held() -> Arc<Core> {
    match global::current() {
        // SAFETY: alive while it is entered, or one of its bodies runs here.
        Current::Entered(core) => unsafe { Core::hold(core) },
        Current::Global(core) => Arc::clone(core),
        Current::Simulated(core) => core,
    }
}

/// Calls `f` with the current runtime; sets it up if need be.
#[track_caller]
pub(crate) fn with_current<R>(f: impl FnOnce(&Core) -> R) -> R {
    match global::current() {
        // SAFETY: alive while it is entered, or one of its bodies runs here; neither ends in `f`.
        Current::Entered(core) => f(unsafe { core.as_ref() }),
        Current::Global(core) => f(core),
        Current::Simulated(core) => f(&core),
    }
}

#[track_caller]
pub(super) fn quiesce_core(core: &Core, timeout: Option<Duration>, what: &str) -> Result<(), TimedOut> {
    quiesce_until(core, may_wait(what), timeout.and_then(deadline_after), what)
}

/// Refused whether or not there is anything to wait for.
#[track_caller]
pub(super) fn may_wait(what: &str) -> MayWait {
    sched::may_wait(what, "schedule a behavior that requests what you wait for")
}

#[track_caller]
fn quiesce_until(
    core: &Core,
    may_wait: MayWait,
    deadline: Option<Instant>,
    what: &str,
) -> Result<(), TimedOut> {
    sched::refuse_in_batch(what, WaitFor::All(core));
    if core.quiesce(may_wait, deadline) { Ok(()) } else { Err(TimedOut { _private: () }) }
}
