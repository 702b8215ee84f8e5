//! Owns: [`Cancel`], and scheduling through it.

#![expect(unsafe_code, reason = "a request set refers to the flag that its body owns")]

use std::fmt;
use std::sync::Arc;

use crate::behavior;
use crate::cancel::{self, Entered, Flag};
use crate::pinned::HomeThread;
use crate::promise::Promise;
use crate::request::{Guards, Request, Under};

use super::{Batch, Runtime, Scope, when};

/// The request set and the body of a behavior under a flag.
macro_rules! under {
    ($flag:expr, $set:ident, $request:ident, $body:ident) => {{
        let flag = Arc::clone(&$flag);
        // SAFETY: the body, just below, owns this count until it has been called or dropped.
        let request = unsafe { Under::new($request, &flag) };
        let body = move |guards: $set::Guard<'_>| {
            let _entered = Entered::new(flag);
            $body(guards)
        };
        (request, body)
    }};
}

/// Skips what was scheduled through it and has not begun.
///
/// A handle: clones cancel the same. After [`cancel`](Cancel::cancel) the bodies of the behaviors that
/// were scheduled through it, and of those that will be, do not run; their promises fail with
/// [`Cancelled`](crate::FailureKind::Cancelled). A body that has begun runs to its end, and may ask
/// [`is_cancelled`](crate::is_cancelled()).
///
/// The order of the others stays: a behavior that is skipped gives its cowns back when its turn in each
/// queue has come. If it waits for anything but behaviors of its runtime (a [`Resolver`](crate::Resolver), a
/// pump, a timer), its promise fails and its captures are dropped in the call; if it waits for behaviors only,
/// when those before it have run.
///
/// What a body schedules is not under the cancel of that body, unless it is scheduled through it too. Dropping
/// the last handle cancels nothing; [`cancel_on_drop`](Cancel::cancel_on_drop) is a guard that does.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cancel, Cown, FailureKind, Promise, when};
///
/// let account = Cown::new(100);
/// let (answer, asked) = Promise::<bool>::new(); // of a service that may be slow
/// let stop = Cancel::new();
/// let paid = stop.when((&account, &asked), |(mut account, granted)| {
///     if *granted {
///         *account -= 30;
///     }
/// });
/// stop.cancel(); // the client has gone away
/// assert_eq!(paid.join().unwrap_err().kind(), FailureKind::Cancelled);
/// answer.resolve(true); // too late
/// assert_eq!(when(&account, |account| *account).join().unwrap(), 100);
/// ```
///
/// It goes together with every target: `runtime.with(&stop)`, `scope.with(&stop)`, `batch.with(&stop)`,
/// `main.with_cancel(&stop)`; in the macros `when!(in stop; ..)` and `when!(in scope.with(&stop); ..)`. The idea is that
/// of the cancellation tokens of .NET and tokio, for work that has not begun.
#[derive(Clone)]
pub struct Cancel {
    flag: Arc<Flag>,
}

impl std::panic::UnwindSafe for Cancel {}
impl std::panic::RefUnwindSafe for Cancel {}

impl Cancel {
    /// One of its own.
    pub fn new() -> Cancel {
        Cancel { flag: Flag::new() }
    }

    /// Skips what was scheduled through this one or its children, and has not begun; and what will be.
    ///
    /// May be called from any thread, in a body too, and again. Captures of what is skipped may be dropped on this
    /// thread; their panics are contained. They may wait for a promise, but not with `quiesce` or `wait` for the
    /// runtime: the behavior that is being ended counts until its captures are gone.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// let stop = boc::Cancel::new();
    /// stop.cancel();
    /// let late = stop.when((), |()| unreachable!("skipped"));
    /// let failure = late.join().unwrap_err();
    /// assert_eq!(failure.message(), "cancelled before it ran: its `Cancel` was asked to");
    /// ```
    pub fn cancel(&self) {
        let raised = self.flag.raise();
        if !raised.is_empty() {
            behavior::give_up_under(&raised);
        }
    }

    /// Whether it, or one of those of which it is a child, was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.flag.is_raised()
    }

    /// One that is cancelled with this one, and can be cancelled alone.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// let server = boc::Cancel::new();
    /// let (client, other) = (server.child(), server.child());
    /// client.cancel();
    /// assert!(client.is_cancelled() && !server.is_cancelled() && !other.is_cancelled());
    /// server.cancel();
    /// assert!(other.is_cancelled());
    /// ```
    #[must_use = "nothing is scheduled through a child that is dropped"]
    pub fn child(&self) -> Cancel {
        Cancel { flag: self.flag.child() }
    }

    /// A guard that cancels when it is dropped, by a panic too.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// let stop = boc::Cancel::new();
    /// let session = stop.cancel_on_drop();
    /// drop(session); // the client has gone away
    /// assert!(stop.is_cancelled());
    ///
    /// let stop = boc::Cancel::new();
    /// stop.cancel_on_drop().disarm(); // all is well
    /// assert!(!stop.is_cancelled());
    /// ```
    pub fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop { cancel: Some(self.clone()) }
    }

    /// Schedules a behavior on the current runtime that is skipped once this is cancelled: see [`when`](crate::when()).
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
        let (request, body) = under!(self.flag, Q, request, body);
        when(request, body)
    }
}

impl Default for Cancel {
    fn default() -> Cancel {
        Cancel::new()
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cancel").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// Cancels when it is dropped: what [`Cancel::cancel_on_drop`] gives.
#[derive(Debug)]
#[must_use = "it cancels at once if it is dropped at once"]
pub struct CancelOnDrop {
    cancel: Option<Cancel>,
}

impl CancelOnDrop {
    /// Cancels nothing when it is dropped.
    pub fn disarm(mut self) {
        self.cancel = None;
    }
}

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        if let Some(cancel) = self.cancel.take() {
            cancel.cancel();
        }
    }
}

/// Whether the [`Cancel`] through which the body that runs on this thread was scheduled was cancelled: for a long body,
/// which may then return early. `false` outside of a body, and in one that was scheduled through none.
///
/// ```
/// # extern crate boc_runtime as boc;
/// let stop = boc::Cancel::new();
/// let inner = stop.clone();
/// let rows = stop.when((), move |()| {
///     let mut done = 0;
///     while done < 1_000 && !boc::is_cancelled() {
///         done += 1; // a row of the picture
///         if done == 10 {
///             inner.cancel(); // another thread would
///         }
///     }
///     done
/// });
/// assert_eq!(rows.join().unwrap(), 10); // it had begun, so it ran to its end
/// ```
pub fn is_cancelled() -> bool {
    cancel::is_cancelled()
}

/// A target, and a [`Cancel`]: what `with` of a target gives.
///
/// ```
/// # extern crate boc_runtime as boc;
/// let words = vec!["borrowed".to_owned()];
/// let stop = boc::Cancel::new();
/// boc::scope(|scope| {
///     let length = scope.with(&stop).when((), |()| words[0].len());
///     assert_eq!(length.join().unwrap(), 8);
/// });
/// ```
#[must_use = "schedules nothing by itself"]
pub struct WithCancel<'t, T> {
    target: &'t T,
    cancel: Cancel,
}

impl<'t, T> WithCancel<'t, T> {
    pub(crate) fn new(target: &'t T, cancel: &Cancel) -> WithCancel<'t, T> {
        WithCancel { target, cancel: cancel.clone() }
    }
}

impl<T> fmt::Debug for WithCancel<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithCancel").field("cancel", &self.cancel).finish_non_exhaustive()
    }
}

/// `with` of a target, and `when` of what it gives: `[GENERICS] TARGET, LIFETIME OF THE TARGET, BOUND OF A BODY`.
macro_rules! with_cancel {
    ($([$($of:tt)*] [$($of_with:tt)*] $target:ty, $borrow:lifetime, $body:lifetime;)*) => {$(
        impl<$($of)*> $target {
            /// This target, for behaviors that are skipped once `cancel` is cancelled: see [`Cancel`].
            pub fn with<$($of_with)*>(&$borrow self, cancel: &Cancel) -> WithCancel<$borrow, Self> {
                WithCancel::new(self, cancel)
            }
        }

        impl<$borrow, $($of)*> WithCancel<$borrow, $target> {
            /// Schedules a behavior on the target that is skipped once the cancel is cancelled.
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
                F: $body, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
                R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
                R: 'static, // a result outlives its body: return a value, not a borrow of one
            {
                let (request, body) = under!(self.cancel.flag, Q, request, body);
                self.target.when(request, body)
            }
        }
    )*};
}

with_cancel! {
    [] ['t] Runtime, 't, 'static;
    [] ['t] Batch, 't, 'static;
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// This scope, for behaviors that are skipped once `cancel` is cancelled: see [`Cancel`].
    pub fn with(&'scope self, cancel: &Cancel) -> WithCancel<'scope, Self> {
        WithCancel::new(self, cancel)
    }
}

impl<'scope, 'env> WithCancel<'scope, Scope<'scope, 'env>> {
    /// Schedules a behavior that the scope waits for, and that is skipped once the cancel is cancelled.
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
        F: 'scope, // a body borrows what outlives the scope; the rest it owns: `clone name` in the header
        R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        let (request, body) = under!(self.cancel.flag, Q, request, body);
        self.target.when(request, body)
    }
}

impl HomeThread {
    /// This thread, for behaviors that run here and are skipped once `cancel` is cancelled: see [`Cancel`].
    ///
    /// Of other targets this is called `with`; a token has [`with`](crate::MainThread::with) for its pinned cowns.
    pub fn with_cancel(&self, cancel: &Cancel) -> WithCancel<'_, HomeThread> {
        WithCancel::new(self, cancel)
    }
}

impl WithCancel<'_, HomeThread> {
    /// Schedules a behavior that runs on this thread, and is skipped once the cancel is cancelled: see
    /// [`HomeThread::when`].
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()).
    #[track_caller]
    pub fn when<Q, F, R>(&self, request: Q, body: F) -> Promise<R>
    where
        Q: Guards + Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R,
        F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
        R: Send,    // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        let (request, ticket) = self.target.at_home(request, body);
        let body = move |guards: Q::Guard<'_>| ticket.redeem::<F>()(guards);
        self.cancel.when(request, body)
    }
}
