//! Owns: `when`, the one verb.

#![expect(unsafe_code, reason = "the current runtime is known by pointer")]

use std::fmt;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Refused};
use crate::memory;
use crate::promise::{Due, Promise};
use crate::request::{Guards, Name, Named, Request};
use crate::runtime::ScopeState;
use crate::sched::{Core, Runner};
use crate::sim;

use super::global::{self, Current};

/// Schedules a behavior: `body` runs, once, when it holds everything that `request` names, and gives it back at its end.
///
/// Returns at once, with a promise of the body's result. Behaviors that request a cown in common run in the order in
/// which they were scheduled (readers among themselves at the same time); others in any order, in parallel. There is no
/// deadlock: all of a behavior's cowns are acquired together, and a body never waits.
///
/// The body takes a guard for each request, in the same shape. May be called from any thread, from inside a body, and
/// with the guard of an outer body as a request; uses the current runtime (see [`Runtime`](crate::Runtime)), the
/// global one unless another was entered. From "When Concurrency Matters" (OOPSLA 2023), where it is a keyword.
///
/// # Panics
///
/// If the set requests a cown twice, not both times shared. If it requests pinned cowns of two
/// threads. If it requests the guard of a pinned cown without [`pinned`](crate::pinned()), or that
/// of another cown with it (by its type a guard does not say whose it is). Nothing is scheduled
/// then; [`try_when`] returns these as errors.
///
/// If the global runtime cannot be started (`BOC_WORKERS` is wrong, or the system gives no
/// threads).
///
/// In a destructor that may run while the thread unwinds use [`try_when`]: there a second panic
/// ends the process.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, when};
///
/// let from = Cown::new(100);
/// let to = Cown::new(0);
/// let fee = Cown::new(2);
/// let moved = when((&from, &to, read(&fee)), |(mut from, mut to, fee)| {
///     *from -= 10 + *fee;
///     *to += 10;
///     *to
/// });
/// assert_eq!(moved.join().unwrap(), 10);
/// ```
#[track_caller]
#[inline]
pub fn when<Q, F, R>(request: Q, body: F) -> Promise<R>
where
    Q: Guards + Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R,
    F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
    F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
    R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
    R: 'static, // a result outlives its body: return a value, not a borrow of one
{
    match schedule(request, body) {
        Ok(due) => due.promise(),
        Err(refused) => refuse(refused),
    }
}

/// [`when`], with the name that a trace shows.
#[doc(hidden)]
#[track_caller]
#[inline]
pub fn when_named<N, Q, F, R>(name: N, request: Q, body: F) -> Promise<R>
where
    N: Name,
    Q: Guards + Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R,
    F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
    F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
    R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
    R: 'static, // a result outlives its body: return a value, not a borrow of one
{
    when(Named::new(request, name), body)
}

/// As [`when`], but a request set that cannot be is an error and no panic.
///
/// # Errors
///
/// [`Aliased`] if the set requests a cown twice, not both times shared, or pinned cowns of two
/// threads, or the guard of a pinned cown without [`pinned`](crate::pinned()), or that of another
/// cown with it. Nothing is scheduled then; the body is dropped.
///
/// # Panics
///
/// If the global runtime is the current one and cannot be started.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, try_when};
///
/// let cown = Cown::new(1);
/// assert!(try_when((&cown, read(&cown)), |_| ()).is_err());
/// assert!(try_when((read(&cown), read(&cown)), |(a, b)| *a + *b).is_ok());
/// ```
#[track_caller]
pub fn try_when<Q, F, R>(request: Q, body: F) -> Result<Promise<R>, Aliased>
where
    Q: Guards + Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R,
    F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
    F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
    R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
    R: 'static, // a result outlives its body: return a value, not a borrow of one
{
    schedule(request, body).map(Due::promise).map_err(|refused| Aliased { refused })
}

// By value, to the last: what is lent to a function that is called has to lie in memory.
#[track_caller]
#[inline]
fn schedule<Q, F, R>(request: Q, body: F) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
    R: Send + 'static,
{
    let core = match global::current() {
        // Alive while it is entered or one of its bodies runs here. It has threads, or is about to be cancelled, or was
        // waited for and is revived by the job.
        Current::Entered(core) => core,
        Current::Simulated(core) => {
            return schedule_here(core, request, body, Location::caller());
        }
        // Never freed.
        Current::Global(core) => {
            if memory::is_noting() {
                return schedule_checked(core, request, body, Location::caller());
            }
            start(core);
            NonNull::from(&**core)
        }
    };
    // SAFETY: alive, see above.
    let core = unsafe { core.as_ref() };
    // SAFETY: a runtime outlives its behaviors: see `sched/README.md`, part 4.
    unsafe { behavior::schedule(core, &request, body, Location::caller(), None) }
}

/// `when` on the thread of a simulated runtime that was entered.
#[cold]
#[inline(never)]
fn schedule_here<Q, F, R>(
    core: Arc<Core>,
    request: Q,
    body: F,
    place: &'static Location<'static>,
) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
    R: Send + 'static,
{
    // SAFETY: a runtime outlives its behaviors: see `sched/README.md`, part 4.
    unsafe { schedule_simulated(&core, &request, body, place, None) }
}

/// `when` on the global runtime while explorations last.
#[cold]
#[inline(never)]
#[track_caller]
fn schedule_checked<Q, F, R>(
    core: &Arc<Core>,
    request: Q,
    body: F,
    place: &'static Location<'static>,
) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
    R: Send + 'static,
{
    // SAFETY: a runtime outlives its behaviors: see `sched/README.md`, part 4.
    unsafe { schedule_on(core, &request, body, place, None) }
}

/// `when` on a certain runtime.
#[track_caller]
pub(super) fn when_on<Q, F, R>(core: &Arc<Core>, request: &Q, body: F) -> Promise<R>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
    R: Send + 'static,
{
    // SAFETY: a runtime outlives its behaviors: see `sched/README.md`, part 4.
    match unsafe { schedule_on(core, request, body, Location::caller(), None) } {
        Ok(due) => due.promise(),
        Err(refused) => refuse(refused),
    }
}

/// Starts the threads if need be, and schedules.
///
/// # Safety
/// As `behavior::schedule`.
#[track_caller]
pub(super) unsafe fn schedule_on<Q, F, R>(
    core: &Arc<Core>,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    refuse_stray(core, request);
    match start(core) {
        Runner::Threads => {
            sim::settle();
            // SAFETY: the caller's duties.
            unsafe { behavior::schedule(core, request, body, place, scope) }
        }
        // SAFETY: the caller's duties.
        Runner::Simulation => unsafe { schedule_simulated(core, request, body, place, scope) },
    }
}

/// The same on a core that has no threads.
///
/// # Safety
/// As `behavior::schedule`.
#[track_caller]
unsafe fn schedule_simulated<Q, F, R>(
    core: &Core,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let asked = sim::look(core, request, None);
    // SAFETY: the caller's duties.
    let (made, due) = unsafe { behavior::make(core, request, body, place, scope, None) }?;
    sim::note(core, &made, Q::NAME, place, &asked);
    // SAFETY: the request borrows the handles, so the cowns are alive.
    unsafe { sim::enter(core, made) };
    Ok(due)
}

/// # Panics
/// If an exploration is left for the global runtime.
#[track_caller]
pub(super) fn refuse_stray<Q: Request>(core: &Arc<Core>, request: &Q) {
    if memory::is_noting() && global::is_global(core) {
        sim::refuse(request);
    }
}

#[track_caller]
pub(super) fn start(core: &Arc<Core>) -> Runner {
    match core.ensure_started() {
        Ok(runner) => runner,
        Err(error) => panic!("the worker threads of the runtime cannot be started: {error}"),
    }
}

#[cold]
#[track_caller]
pub(super) fn refuse(refused: Refused) -> ! {
    panic!("`when` refuses its request set: {refused}");
}

/// A request set that cannot be acquired: see [`try_when`]. Its text says what is wrong.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, try_when};
///
/// let (a, group) = (Cown::new(1), [Cown::new(2), Cown::new(3)]);
/// let refused = try_when((&a, &group, &group[1]), |_| ()).unwrap_err();
/// assert_eq!(refused.positions(), Some((2, 3))); // from 0: `a`, two of `group`, and its last once more
/// assert!(refused.to_string().starts_with("requests 3 and 4 of the set are the same cown"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Aliased {
    refused: Refused,
}

impl Aliased {
    /// The positions, from 0, of two requests of the same cown; `None` if something else is wrong
    /// with the set. (The text counts from 1.) Tuples and groups are flattened: each cown in them
    /// has a position.
    pub fn positions(&self) -> Option<(usize, usize)> {
        match self.refused {
            Refused::Clash(clash) => Some((clash.first, clash.second)),
            Refused::Misfit(_) => None,
        }
    }
}

impl fmt::Display for Aliased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refused.fmt(f)
    }
}

impl std::error::Error for Aliased {}
