//! Owns: [`after`] and [`now`].

#![expect(unsafe_code, reason = "the current runtime is known by pointer")]

use std::time::Duration;

use crate::promise::Promise;
use crate::sched::Core;
use crate::sim;

use super::global::{self, Current};
use super::quiesce;

/// A promise that is resolved when so much time is over.
///
/// It is a promise like any other: behaviors request it, threads join it, tasks await it. So a delay or
/// a time-out blocks no thread:
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::{Cown, Promise, after, when};
///
/// // A retry, a little later.
/// let attempts = Cown::new(1);
/// let pause = after(Duration::from_millis(2));
/// let again = when((&attempts, &pause), |(mut attempts, _)| { *attempts += 1; *attempts });
/// assert_eq!(again.join().unwrap(), 2);
///
/// // A time-out: the first of two behaviors uses the resolver.
/// let (resolver, reply) = Promise::<Option<u32>>::new();
/// let request = Cown::new(Some(resolver));
/// let limit = after(Duration::from_millis(2));
/// when((&request, &limit), |(mut request, _)| {
///     if let Some(resolver) = request.take() {
///         resolver.resolve(None); // and the answer, when it comes, finds no resolver
///     }
/// });
/// assert_eq!(reply.join().unwrap(), None);
/// ```
///
/// # Accuracy
///
/// Never early: at least `delay` lies between the call and the moment when the promise is resolved. On a
/// machine that is not overloaded it is mostly less than a millisecond late. Timers of one moment are
/// resolved in the order in which they were made; their behaviors then run as ever, in parallel. A time
/// that the clock cannot reach (`Duration::MAX`) is never over.
///
/// # Where the time passes
///
/// The timer belongs to the current runtime, as a behavior scheduled here would: see
/// [`Runtime::enter`](crate::Runtime::enter). The runtime has one thread for all of its timers, which
/// the first one starts. A timer takes about 120 bytes.
///
/// **A timer alone is no work in flight**, as a [`Promise::new`] is none: [`quiesce`](crate::quiesce())
/// does not wait for it, but for the behaviors that request it.
///
/// **Drop the promise to cancel the timer.** If no handle is left, and nothing has requested it, the timer
/// wakes no thread, and its memory is given back, at its time or sooner.
///
/// **When the runtime ends**, by being dropped, [`shutdown`](crate::Runtime::shutdown) or
/// [`wait`](crate::wait()), the timers that are pending fail with
/// [`Cancelled`](crate::FailureKind::Cancelled). `wait` and `shutdown` first wait for the behaviors that
/// request one; so what fails there is only joined or awaited. On a runtime that was dropped already
/// (in a body that goes on) the promise is failed from the start.
///
/// # In a simulation
///
/// In [`explore`](crate::explore) and on a [simulated runtime](crate::Runtime::simulated) time is virtual:
/// see "Time" at [`explore`](crate::explore).
///
/// # Panics
///
/// If the global runtime is the current one and cannot be set up; if the timer thread cannot be started;
/// in the child of a `fork`, on a runtime whose threads are in the parent.
#[track_caller]
pub fn after(delay: Duration) -> Promise<()> {
    match global::current() {
        // SAFETY: alive while it is entered, or one of its bodies runs here.
        Current::Entered(core) => unsafe { Core::hold(core) }.after(delay),
        Current::Global(core) => core.after(delay),
        Current::Simulated(core) => sim::after(&core, delay),
    }
}

/// How long ago the current runtime was built, or the global one first used.
///
/// It never goes back. On a [simulated runtime](crate::Runtime::simulated), and in
/// [`explore`](crate::explore), it is virtual time, which starts at zero and stands still while anything
/// else can happen; so what is measured there is exact, and the same in each run.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::{Runtime, after, now};
///
/// let hour = Duration::from_secs(3600);
/// let runtime = Runtime::simulated(1);
/// runtime.enter(|| {
///     assert_eq!(now(), Duration::ZERO);
///     after(hour).join().unwrap(); // takes no time
///     assert_eq!(now(), hour);
/// });
///
/// let before = now(); // of the global runtime
/// after(Duration::from_millis(1)).join().unwrap();
/// assert!(now() - before >= Duration::from_millis(1));
/// ```
///
/// # Panics
///
/// If the global runtime is the current one and cannot be set up.
#[track_caller]
pub fn now() -> Duration {
    quiesce::current_held().age()
}
