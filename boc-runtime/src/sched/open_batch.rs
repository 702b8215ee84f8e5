//! Owns: the batches that are open on this thread: their closures run.
//!
//! What was scheduled through an open batch has not entered the queues of its cowns, and does so when
//! the closure returns. A wait for it, on this thread and before that, would never end.

#![expect(unsafe_code, reason = "the thread knows its open batches by pointer")]

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::ptr::{self, NonNull};

use crate::memory::Header;

use super::context;
use super::core::Core;

/// What a batch has scheduled, as far as a wait has to know.
#[derive(Debug)]
pub(crate) struct OpenBatch {
    /// To compare with.
    core: *const Core,
    /// The promises of its behaviors, to compare with.
    promises: RefCell<Vec<NonNull<Header>>>,
    /// The first of them, for a look that takes no longer where there are many.
    known: RefCell<HashSet<NonNull<Header>>>,
    /// The batch in whose closure this one was opened; null: none.
    outer: Cell<*const OpenBatch>,
}

/// What is waited for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WaitFor<'c> {
    Promise(NonNull<Header>),
    /// Everything of this runtime.
    All(&'c Core),
}

impl OpenBatch {
    pub(crate) fn new(core: &Core) -> OpenBatch {
        OpenBatch {
            core,
            promises: RefCell::default(),
            known: RefCell::default(),
            outer: Cell::new(ptr::null()),
        }
    }

    /// Is open on this thread while `f` runs.
    pub(crate) fn while_open<R>(&self, f: impl FnOnce() -> R) -> R {
        struct Close(*const OpenBatch);
        impl Drop for Close {
            fn drop(&mut self) {
                context::replace_batch(self.0);
            }
        }
        let outer = context::replace_batch(self);
        self.outer.set(outer);
        let _close = Close(outer);
        f()
    }

    /// A behavior was scheduled through it.
    pub(crate) fn add(&self, promise: NonNull<Header>) {
        self.promises.borrow_mut().push(promise);
    }

    /// Whether it has scheduled the behavior of this promise.
    pub(crate) fn has(&self, promise: NonNull<Header>) -> bool {
        let (promises, mut known) = (self.promises.borrow(), self.known.borrow_mut());
        // No two are equal: a batch keeps its behaviors.
        let first = known.len();
        known.extend(&promises[first..]);
        known.contains(&promise)
    }

    fn holds_back(&self, wait_for: WaitFor<'_>) -> bool {
        match wait_for {
            WaitFor::Promise(promise) => self.has(promise),
            WaitFor::All(core) => ptr::eq(core, self.core) && !self.promises.borrow().is_empty(),
        }
    }
}

/// Panics where a wait would be for a behavior of a batch that is open on this thread.
#[inline]
#[track_caller]
pub(crate) fn refuse_in_batch(what: &str, wait_for: WaitFor<'_>) {
    let innermost = context::batch();
    if !innermost.is_null() {
        refuse_in(innermost, what, wait_for);
    }
}

#[cold]
#[track_caller]
fn refuse_in(innermost: *const OpenBatch, what: &str, wait_for: WaitFor<'_>) {
    let mut next = innermost;
    // SAFETY: it is open: `while_open` borrows it, on this thread, until it has put the outer one back.
    while let Some(batch) = unsafe { next.as_ref() } {
        assert!(
            !batch.holds_back(wait_for),
            "`{what}` was called inside the closure of a `batch`, for what the batch has scheduled, which starts \
             when the closure has returned: it would wait for ever; return the promise from the closure, and \
             wait then"
        );
        next = batch.outer.get();
    }
}
