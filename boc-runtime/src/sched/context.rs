//! Owns: what a thread knows about itself: whose worker it is, which runtime `when` uses, whether it runs a body.

#![expect(unsafe_code, reason = "pointers to a worker and a core that outlive the thread's use of them")]

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::runtime::ScopeState;
use crate::sync::thread_local;

use super::core::Core;
use super::worker::Worker;

thread_local! {
    static WORKER: Cell<*const Worker> = const { Cell::new(ptr::null()) };
    static CURRENT: Cell<*const Core> = const { Cell::new(ptr::null()) };
    /// The scope of the body that runs; a borrowed pointer of an `Arc`.
    static SCOPE: Cell<*const ScopeState> = const { Cell::new(ptr::null()) };
    static IN_BODY: Cell<bool> = const { Cell::new(false) };
}

/// Calls `use_it` with this thread's worker if it is one of `core`.
#[inline]
pub(super) fn with_worker_of<R>(core: NonNull<Core>, use_it: impl FnOnce(&Worker) -> R) -> Option<R> {
    // SAFETY: set for the time in which the worker lives, by `WorkerScope`.
    let worker = unsafe { WORKER.get().as_ref() }?;
    worker.belongs_to(core).then(|| use_it(worker))
}

/// Calls `use_it` with this thread's worker, whichever core it belongs to.
pub(super) fn with_any_worker<R>(use_it: impl FnOnce(&Worker) -> R) -> Option<R> {
    // SAFETY: as in `with_worker_of`.
    unsafe { WORKER.get().as_ref() }.map(use_it)
}

/// While it exists this thread's worker, if it is one, takes no job into its next slot: user code may run.
#[derive(Debug)]
pub(super) struct QuietWorker(bool);

impl QuietWorker {
    pub(super) fn new() -> QuietWorker {
        QuietWorker(with_any_worker(|worker| worker.set_between(false)).unwrap_or(false))
    }
}

impl Drop for QuietWorker {
    fn drop(&mut self) {
        with_any_worker(|worker| worker.set_between(self.0));
    }
}

/// This thread's worker's number, if it is one.
#[cfg_attr(not(feature = "tracing"), expect(dead_code, reason = "only spans show it"))]
pub(crate) fn worker_index() -> Option<usize> {
    // SAFETY: as in `with_worker_of`.
    unsafe { WORKER.get().as_ref() }.map(Worker::index)
}

/// Makes this thread a worker until dropped.
#[derive(Debug)]
pub(super) struct WorkerScope(());

impl WorkerScope {
    /// # Safety
    /// `worker` and `core` outlive the scope.
    pub(super) unsafe fn enter(worker: &Worker, core: &Core) -> WorkerScope {
        WORKER.set(worker);
        CURRENT.set(core);
        IN_BODY.set(true);
        WorkerScope(())
    }
}

impl Drop for WorkerScope {
    fn drop(&mut self) {
        WORKER.set(ptr::null());
        CURRENT.set(ptr::null());
        IN_BODY.set(false);
    }
}

/// Makes a runtime the current one, and says whether the thread runs a body, until dropped.
#[derive(Debug)]
pub(crate) struct Scope {
    current: *const Core,
    in_body: bool,
}

impl Scope {
    /// # Safety
    /// `core` outlives the scope.
    pub(crate) unsafe fn enter(core: NonNull<Core>, body: bool) -> Scope {
        let in_body = IN_BODY.get();
        IN_BODY.set(in_body || body);
        Scope { current: CURRENT.replace(core.as_ptr()), in_body }
    }
}

impl Scope {
    /// Makes no runtime the current one: a simulated one takes its place.
    pub(crate) fn enter_none(body: bool) -> Scope {
        let in_body = IN_BODY.get();
        IN_BODY.set(in_body || body);
        Scope { current: CURRENT.replace(ptr::null()), in_body }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        CURRENT.set(self.current);
        IN_BODY.set(self.in_body);
    }
}

/// Makes a body's scope the one of what it schedules, until dropped.
#[derive(Debug)]
pub(crate) struct ScopeOfBody<'s> {
    before: *const ScopeState,
    _scope: PhantomData<&'s Arc<ScopeState>>,
}

impl<'s> ScopeOfBody<'s> {
    pub(crate) fn enter(scope: &'s Arc<ScopeState>) -> ScopeOfBody<'s> {
        ScopeOfBody { before: SCOPE.replace(Arc::as_ptr(scope)), _scope: PhantomData }
    }
}

impl Drop for ScopeOfBody<'_> {
    fn drop(&mut self) {
        SCOPE.set(self.before);
    }
}

/// The scope of the body that runs on this thread.
#[inline]
pub(crate) fn current_scope() -> Option<Arc<ScopeState>> {
    let scope = SCOPE.get();
    if scope.is_null() {
        return None;
    }
    // SAFETY: the running behavior's count keeps it.
    unsafe { Arc::increment_strong_count(scope) };
    // SAFETY: the count made above.
    Some(unsafe { Arc::from_raw(scope) })
}

/// The runtime that was entered on this thread, or whose body runs here.
#[inline]
pub(crate) fn current() -> Option<NonNull<Core>> {
    NonNull::new(CURRENT.get().cast_mut())
}

/// Whether this thread runs a body, or is a worker.
pub(crate) fn in_body() -> bool {
    IN_BODY.get()
}
