//! Owns: what waits for cowns, whatever it is: the count-down and what happens at its end.

#![expect(unsafe_code, reason = "calls through the task's dispatch function")]

use std::ptr::NonNull;

use crate::queue::Slot;
use crate::sync::{AtomicU32, Ordering};

/// Something that waits until all its slots are granted.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Task {
    dispatch: unsafe fn(NonNull<Task>, Hint),
    /// Grants to come, plus one while it is being scheduled; not used if there is one slot.
    pending: AtomicU32,
    slots: u32,
}

/// How a task became ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hint {
    /// It found its cowns free.
    Spawned,
    /// Another behavior handed it its last cown.
    HandedOver,
}

/// A behavior that holds all its cowns and is to be run, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Job(pub(crate) NonNull<Task>);

// SAFETY: a job is the right to run a behavior, whose body and requests are `Send`.
unsafe impl Send for Job {}

impl Task {
    pub(crate) fn new(dispatch: unsafe fn(NonNull<Task>, Hint), slots: usize) -> Task {
        let slots = u32::try_from(slots).expect("a behavior requests fewer than 2^32 cowns");
        Task { dispatch, pending: AtomicU32::new(slots.saturating_add(1)), slots }
    }

    /// Takes off what is not going to be granted: repeated shared slots.
    pub(crate) fn expect_fewer(&mut self, repeated: u32) {
        // Relaxed, and no read-modify-write: nobody else knows the task yet.
        self.pending.store(self.pending.load(Ordering::Relaxed) - repeated, Ordering::Relaxed);
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots as usize
    }
}

/// One slot of the task is granted; the last grant dispatches it.
///
/// # Safety
/// `slot` was granted just now; the task is not dispatched yet.
pub(crate) unsafe fn grant(slot: NonNull<Slot>, hint: Hint) {
    // SAFETY: not dispatched, so it lives.
    let task = unsafe { slot.as_ref() }.task();
    // SAFETY: as above.
    if unsafe { task.as_ref() }.slots == 1 {
        // SAFETY: its only grant.
        unsafe { dispatch(task, hint) };
    } else {
        // SAFETY: this grant is one that `pending` counts.
        unsafe { count_down(task, hint) };
    }
}

/// One of the counts in `pending` is done.
///
/// # Safety
/// The caller owns one count; `task` may be gone on return.
pub(crate) unsafe fn count_down(task: NonNull<Task>, hint: Hint) {
    // SAFETY: our count keeps it from being dispatched.
    let pending = &unsafe { task.as_ref() }.pending;
    // Release: what the former holder of the cown wrote goes to the runner. Acquire: the last one collects it all.
    if pending.fetch_sub(1, Ordering::AcqRel) == 1 {
        // SAFETY: nothing is pending any more.
        unsafe { dispatch(task, hint) };
    }
}

/// # Safety
/// Called once per task, when all of its slots are granted; `task` may be gone on return.
pub(crate) unsafe fn dispatch(task: NonNull<Task>, hint: Hint) {
    // SAFETY: alive until it is dispatched.
    let dispatch = unsafe { task.as_ref() }.dispatch;
    // SAFETY: the function was made for this kind of task.
    unsafe { dispatch(task, hint) };
}
