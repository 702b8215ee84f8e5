//! Owns: [`scope`]: behaviors that may borrow, because somebody waits for them.
//!
//! A behavior of a scope has a count of its [`ScopeState`]; what its body schedules gets one too (the thread knows the
//! scope of the body that it runs: `sched::context`). The count is given back when the behavior is finished: its
//! body, captures and result (unless somebody holds the promise) are gone, its cowns released. The one who gives the
//! last count back wakes the thread that waits.

#![expect(unsafe_code, reason = "bodies that borrow, waited for before what they borrow ends")]

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use crate::failure::Failure;
use crate::promise::Promise;
use crate::request::{Guards, Request};
use crate::sched::{self, Awaited, Core, MayWait, Parker};
use crate::sync::{AtomicUsize, Mutex, Ordering};
use crate::unwind::{self, Bomb, Payload};

use super::{quiesce, when};

/// What the behaviors of a scope and its waiter share.
#[derive(Debug)]
pub(crate) struct ScopeState {
    /// Behaviors that are scheduled and not finished.
    pending: AtomicUsize,
    waiter: Arc<Parker>,
    panicked: Mutex<Option<Failure>>,
}

impl ScopeState {
    /// A behavior is scheduled.
    pub(crate) fn enter(&self) {
        // Relaxed: whoever schedules is the scope's own thread, or a body that is counted.
        self.pending.fetch_add(1, Ordering::Relaxed);
    }

    /// A behavior is finished.
    pub(crate) fn leave(&self) {
        // Release: what the behavior did comes before what follows the scope. Acquire is the waiter's.
        if self.pending.fetch_sub(1, Ordering::Release) == 1 {
            self.waiter.unpark();
        }
    }

    /// A body has panicked; the first one counts.
    pub(crate) fn panicked(&self, failure: &Failure) {
        self.panicked.lock().get_or_insert_with(|| failure.clone());
    }

    fn is_done(&self) -> bool {
        // Acquire: pairs with the Release in `leave`.
        self.pending.load(Ordering::Acquire) == 0
    }
}

/// Where behaviors that may borrow are scheduled: what [`scope`] gives to its closure.
pub struct Scope<'scope, 'env: 'scope> {
    state: Arc<ScopeState>,
    core: Arc<Core>,
    /// Invariant in both, as `std::thread::Scope`: a body may not borrow for less than the scope
    /// waits.
    _scope: PhantomData<&'scope mut &'scope ()>,
    _env: PhantomData<&'env mut &'env ()>,
}

/// Schedules behaviors that may borrow, and waits for them.
///
/// Runs `f`, and waits for every behavior that was scheduled through the [`Scope`] that it gets, and for everything that
/// those behaviors schedule in turn. Their bodies may borrow from outside of `scope`, as in [`std::thread::scope`].
///
/// Behaviors that are scheduled with plain `when` in `f` do not belong to the scope. On a thread that has claimed
/// [`MainThread`](crate::MainThread) the waiting pumps. Scopes nest, but for inside of bodies.
///
/// The body of a `when!` is a `move` closure in a scope too: it takes along what it mentions. `let names = &names` in its header
/// lends it a local instead: `when!(in s; longest, let names = &names => ..)`. A `Copy` local that a body assigns to is a copy,
/// and stays what it was outside (the compiler warns): what several bodies change lives in a cown.
///
/// # Panics
///
/// At once, if called inside a behavior, or inside of
/// [`MainThread::with`](crate::MainThread::with). At the end, with the first panic of a body in the
/// scope; or with that of `f` itself. Everything is waited for before.
///
/// If the global runtime is the current one and cannot be set up (`BOC_WORKERS` is wrong).
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, scope};
///
/// let words = vec!["a", "borrowed", "list"];
/// let longest = Cown::new("");
/// scope(|s| {
///     for word in &words {
///         s.when(&longest, move |mut longest| {
///             if word.len() > longest.len() {
///                 *longest = "found";
///             }
///         });
///     }
/// });
/// assert_eq!(longest.try_into_inner().unwrap(), "found");
/// assert_eq!(words.len(), 3); // nobody borrows it any more
/// ```
///
/// What it borrows has to outlive the scope:
///
/// ```compile_fail,E0597
/// # extern crate boc_runtime as boc;
/// boc::scope(|s| {
///     let inner = 1;
///     s.when((), |()| { let _ = &inner; });
/// });
/// ```
#[track_caller]
pub fn scope<'env, F, R>(f: F) -> R
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> R,
{
    // Not after `f`: leaving then would end what the bodies borrow. What `f` does, it has ended
    // when it returns.
    let may_wait = sched::may_wait("scope", "schedule behaviors, and one that requests their promises");
    let state =
        ScopeState { pending: AtomicUsize::new(0), waiter: Parker::current(), panicked: Mutex::default() };
    let scope = Scope {
        state: Arc::new(state),
        core: quiesce::current_held(),
        _scope: PhantomData,
        _env: PhantomData,
    };
    let result = unwind::catch(|| f(&scope));
    let waited = scope.wait(may_wait);
    let result = result.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
    waited.unwrap_or_else(|payload| std::panic::resume_unwind(payload));
    let panicked = scope.state.panicked.lock().take();
    match panicked {
        Some(failure) => failure.resume(),
        None => result,
    }
}

impl Scope<'_, '_> {
    /// Waits until no behavior of the scope can run any more.
    ///
    /// # Errors
    ///
    /// A simulation knows of a wait that never ends, and panics. What waits was given up then.
    fn wait(&self, may_wait: MayWait) -> Result<(), Payload> {
        // From here to the end a panic would end what the bodies borrow.
        let bomb = Bomb("waiting for the behaviors of a scope");
        let wait = || {
            sched::wait_until(
                may_wait,
                &self.state.waiter,
                || Awaited::of(&self.core),
                || self.state.is_done(),
                None,
            );
        };
        let waited = match self.core.simulation() {
            // Only its own thread gets here: elsewhere a simulated runtime cannot be entered.
            Some(simulation) => unwind::catch(wait).inspect_err(|_| simulation.give_up(&self.state)),
            None => {
                wait();
                Ok(())
            }
        };
        bomb.defuse();
        waited
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Schedules a behavior that the scope waits for: see [`when`](crate::when()).
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()).
    #[track_caller]
    pub fn when<Q, F, R>(&'scope self, request: Q, body: F) -> Promise<R>
    where
        Q: Guards + Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R,
        F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
        F: 'scope, // a body borrows what outlives the scope; the rest it owns: `clone name` in the header
        R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        let (place, state) = (Location::caller(), Arc::clone(&self.state));
        // SAFETY: the scope holds the core and waits for the behavior; what the body borrows outlives 'scope, which ends
        // after that waiting.
        let scheduled = unsafe { when::schedule_on(&self.core, &request, body, place, Some(state)) };
        scheduled.unwrap_or_else(|refused| when::refuse(refused)).promise()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").field("pending", &self.state.pending).finish_non_exhaustive()
    }
}
