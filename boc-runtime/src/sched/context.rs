//! Owns: what a thread knows about itself: whose worker it is, which runtime `when` uses, what it
//! does (see `gate`).

#![expect(unsafe_code, reason = "pointers to a worker and a core that outlive the thread's use of them")]

use std::cell::Cell;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::runtime::ScopeState;
use crate::sync::thread_local;

use super::core::Core;
use super::gate::Activity;
use super::open_batch::OpenBatch;
use super::worker::Worker;

/// One thread-local and not four: to the compiler of a library each has to be asked for its address by a call, which costs registers
/// even where the linker makes something shorter of it.
struct Context {
    worker: Cell<*const Worker>,
    current: Cell<*const Core>,
    /// The scope of the body that runs; a borrowed pointer of an `Arc`.
    scope: Cell<*const ScopeState>,
    activity: Cell<Activity>,
    /// The innermost batch that is open; null: none.
    batch: Cell<*const OpenBatch>,
    /// The core of the body that runs here, if the thread is not a worker; null: none runs.
    body: Cell<*const Core>,
    /// Of that body: see [`mark_body`].
    marked: Cell<bool>,
    /// While `scope` is [`watched`]: the scope.
    beneath: Cell<*const ScopeState>,
    /// Whether the thread was a worker or a timer thread, or is one.
    was_worker: Cell<bool>,
    /// The core whose timer thread this is; null: it is none.
    timers_of: Cell<*const Core>,
}

impl Context {
    const fn new() -> Context {
        Context {
            worker: Cell::new(ptr::null()),
            current: Cell::new(ptr::null()),
            scope: Cell::new(ptr::null()),
            activity: Cell::new(Activity::Free),
            batch: Cell::new(ptr::null()),
            body: Cell::new(ptr::null()),
            marked: Cell::new(false),
            beneath: Cell::new(ptr::null()),
            was_worker: Cell::new(false),
            timers_of: Cell::new(ptr::null()),
        }
    }
}

thread_local! {
    static CONTEXT: Context = const { Context::new() };
}

/// Calls `use_it` with this thread's worker if it is one of `core`.
#[inline]
pub(super) fn with_worker_of<R>(core: NonNull<Core>, use_it: impl FnOnce(&Worker) -> R) -> Option<R> {
    with_any_worker(|worker| worker.belongs_to(core).then(|| use_it(worker)))?
}

/// Calls `use_it` with this thread's worker, whichever core it belongs to.
#[inline]
pub(super) fn with_any_worker<R>(use_it: impl FnOnce(&Worker) -> R) -> Option<R> {
    // SAFETY: set for the time in which the worker lives, by `WorkerScope`.
    unsafe { CONTEXT.with(|context| context.worker.get()).as_ref() }.map(use_it)
}

/// This thread's worker's number, if it is one.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only spans show it"))]
pub(crate) fn worker_index() -> Option<usize> {
    with_any_worker(Worker::index)
}

/// Makes this thread a worker until dropped.
#[derive(Debug)]
pub(super) struct WorkerScope {
    /// What was entered on a thread that is a worker for a while.
    current_before: *const Core,
}

impl WorkerScope {
    /// # Safety
    /// `worker` and `core` outlive the scope.
    pub(super) unsafe fn enter(worker: &Worker, core: &Core) -> WorkerScope {
        CONTEXT.with(|context| {
            context.worker.set(worker);
            context.activity.set(Activity::RunsBody);
            context.was_worker.set(true);
            WorkerScope { current_before: context.current.replace(core) }
        })
    }
}

impl Drop for WorkerScope {
    fn drop(&mut self) {
        CONTEXT.with(|context| {
            context.worker.set(ptr::null());
            context.current.set(self.current_before);
            context.activity.set(Activity::Free);
        });
    }
}

/// A thread that was a worker for a while is as any other again: its end is not waited for.
pub(super) fn is_no_worker_any_more() {
    CONTEXT.with(|context| context.was_worker.set(false));
}

/// Makes this thread the timer thread of a core until dropped: to what runs here it is like a worker
/// between two bodies.
#[derive(Debug)]
pub(super) struct TimerScope(());

impl TimerScope {
    /// # Safety
    /// `core` outlives the scope.
    pub(super) unsafe fn enter(core: &Core) -> TimerScope {
        CONTEXT.with(|context| {
            context.current.set(core);
            context.timers_of.set(core);
            context.activity.set(Activity::RunsBody);
            context.was_worker.set(true);
        });
        TimerScope(())
    }
}

impl Drop for TimerScope {
    fn drop(&mut self) {
        CONTEXT.with(|context| {
            context.current.set(ptr::null());
            context.timers_of.set(ptr::null());
            context.activity.set(Activity::Free);
        });
    }
}

/// Calls `use_it` with the core that waits for this thread when it ends: if it is a worker or a timer
/// thread.
pub(super) fn with_core_of_thread<R>(use_it: impl FnOnce(&Core) -> R) -> Option<R> {
    let timers_of = CONTEXT.with(|context| context.timers_of.get());
    // SAFETY: set for a time that the core outlives, by `TimerScope`.
    match unsafe { timers_of.as_ref() } {
        Some(core) => Some(use_it(core)),
        None => with_any_worker(|worker| use_it(worker.core())),
    }
}

/// Whether this thread is a worker or a timer thread, or was one: then what runs on it are the destructors of its
/// thread-locals, and its own end may be waited for.
pub(super) fn was_worker() -> bool {
    CONTEXT.with(|context| context.was_worker.get())
}

/// Makes a runtime the current one, until dropped.
#[derive(Debug)]
pub(crate) struct Scope {
    before: *const Core,
}

impl Scope {
    /// # Safety
    /// `core` outlives the scope.
    pub(crate) unsafe fn enter(core: NonNull<Core>) -> Scope {
        Scope::replace(core.as_ptr())
    }

    /// As [`enter`](Scope::enter), for a body that begins on a thread that is not a worker. [`end_body`] follows when it has
    /// ended, before this is dropped.
    ///
    /// # Safety
    /// As [`enter`](Scope::enter).
    #[inline]
    pub(crate) unsafe fn enter_body(core: NonNull<Core>) -> Scope {
        CONTEXT.with(|context| {
            context.body.set(core.as_ptr());
            Scope { before: context.current.replace(core.as_ptr()) }
        })
    }

    /// Makes no runtime the current one: a simulated one takes its place.
    pub(crate) fn enter_none() -> Scope {
        Scope::replace(ptr::null())
    }

    fn replace(core: *const Core) -> Scope {
        Scope { before: CONTEXT.with(|context| context.current.replace(core)) }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CONTEXT.with(|context| context.current.set(self.before));
    }
}

/// What the scope of a thread was before a body in another one began. Not dropped but given back, by value: see [`leave_scope`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScopeBefore(*const ScopeState);

/// Makes a body's scope the one of what it schedules.
///
/// # Safety
/// [`leave_scope`] is called on this thread before the scope is gone.
pub(crate) unsafe fn enter_scope(scope: &Arc<ScopeState>) -> ScopeBefore {
    mark_body();
    ScopeBefore(CONTEXT.with(|context| context.scope.replace(Arc::as_ptr(scope))))
}

/// Ends what [`enter_scope`] has begun.
pub(crate) fn leave_scope(ScopeBefore(before): ScopeBefore) {
    CONTEXT.with(|context| context.scope.set(before));
}

/// Whether the body that runs on this thread has a scope.
#[inline]
pub(crate) fn is_in_scope() -> bool {
    CONTEXT.with(|context| !context.scope.get().is_null())
}

/// The scope of the body that runs on this thread.
pub(crate) fn current_scope() -> Option<Arc<ScopeState>> {
    let scope = CONTEXT.with(|context| match context.scope.get() {
        scope if scope == watched() => context.beneath.get(),
        scope => scope,
    });
    if scope.is_null() {
        return None;
    }
    // SAFETY: the running behavior's count keeps it.
    unsafe { Arc::increment_strong_count(scope) };
    // SAFETY: the count made above.
    Some(unsafe { Arc::from_raw(scope) })
}

/// What stands in the place of a scope while what this thread schedules needs a look: so that a thread
/// whose schedulings need none pays nothing for it.
fn watched() -> *const ScopeState {
    static MARK: u8 = 0;
    (&raw const MARK).cast()
}

/// From now on what this thread schedules goes through `notice::scheduling`, or no more; gives what it was before.
pub(crate) fn watch_scheduling(watch: bool) -> bool {
    CONTEXT.with(|context| {
        let watches = context.scope.get() == watched();
        if watch && !watches {
            context.beneath.set(context.scope.replace(watched()));
        } else if !watch && watches {
            context.scope.set(context.beneath.get());
        }
        watches
    })
}

/// Whether what this thread schedules needs a look.
pub(crate) fn is_watching() -> bool {
    CONTEXT.with(|context| context.scope.get() == watched())
}

/// A body of this core begins on a thread that is not a worker.
#[inline]
pub(crate) fn begin_body(core: NonNull<Core>) {
    CONTEXT.with(|context| context.body.set(core.as_ptr()));
}

/// It has ended; gives whether it was marked.
#[inline]
pub(crate) fn end_body() -> bool {
    CONTEXT.with(|context| {
        context.body.set(ptr::null());
        context.marked.get() && context.marked.replace(false)
    })
}

/// The core of the body that runs on this thread. What runs on a worker between two bodies is in none.
pub(crate) fn body() -> Option<NonNull<Core>> {
    CONTEXT.with(|context| {
        // SAFETY: set for the time in which the worker lives, by `WorkerScope`.
        match unsafe { context.worker.get().as_ref() } {
            Some(worker) => worker.runs_body().then(|| NonNull::from(worker.core())),
            None => NonNull::new(context.body.get().cast_mut()),
        }
    })
}

/// The body that runs on this thread is not done when it returns (it has used the noticeboard, or has a scope), or it has not
/// returned: `behavior::run` looks at all of that when it has ended, and at none of it otherwise.
#[cold]
pub(crate) fn mark_body() {
    CONTEXT.with(|context| {
        // SAFETY: as above.
        match unsafe { context.worker.get().as_ref() } {
            Some(worker) => worker.mark_body(),
            None => context.marked.set(true),
        }
    });
}

/// The runtime that was entered on this thread, or whose body runs here.
#[inline]
pub(crate) fn current() -> Option<NonNull<Core>> {
    NonNull::new(CONTEXT.with(|context| context.current.get()).cast_mut())
}

/// As [`current`], to compare.
#[inline]
pub(crate) fn entered() -> *const Core {
    CONTEXT.with(|context| context.current.get())
}

/// What this thread does: for `gate`.
#[inline]
pub(super) fn activity() -> Activity {
    CONTEXT.with(|context| context.activity.get())
}

/// The innermost batch that is open on this thread: for `open_batch`.
pub(super) fn batch() -> *const OpenBatch {
    CONTEXT.with(|context| context.batch.get())
}

/// For `open_batch`.
pub(super) fn replace_batch(batch: *const OpenBatch) -> *const OpenBatch {
    CONTEXT.with(|context| context.batch.replace(batch))
}

/// Sets the activity if it is free; gives what it is otherwise.
#[inline]
pub(super) fn occupy(activity: Activity) -> Result<(), Activity> {
    CONTEXT.with(|context| match context.activity.get() {
        Activity::Free => {
            context.activity.set(activity);
            Ok(())
        }
        other => Err(other),
    })
}

/// For `gate`, which keeps the rules.
#[inline]
pub(super) fn replace_activity(activity: Activity) -> Activity {
    CONTEXT.with(|context| context.activity.replace(activity))
}
