//! Owns: how a request that has its cown becomes a behavior that is ready: the count-down and what happens at its end.

#![expect(unsafe_code, reason = "finds a slot's owner, and calls through its table")]

use std::ptr::NonNull;

use crate::promise::Ticket;
use crate::queue::{Kind, Slot};
use crate::sched::Worker;

use super::block::{Behavior, SlotOfMany};
use super::waitlist;

/// How a behavior became ready.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Hint<'w> {
    /// It found its cowns free, or was handed the last one by something else than a worker between two bodies.
    Spawned,
    /// The body that this worker, on its own thread, has just run handed it its last cown.
    HandedOver(&'w Worker),
}

/// A behavior that holds all its cowns and is to be run, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(transparent)]
pub(crate) struct Job(pub(crate) NonNull<Behavior>);

// SAFETY: a job is the right to run a behavior, whose body and requests are `Send`.
unsafe impl Send for Job {}

/// One slot is granted; the last one of a behavior dispatches it.
///
/// # Safety
/// `slot` was granted just now; its owner is not dispatched yet.
#[inline]
pub(crate) unsafe fn grant(slot: NonNull<Slot>, hint: Hint<'_>) {
    // SAFETY: not dispatched, so it lives.
    let kind = unsafe { slot.as_ref() }.kind();
    // Two tests and not a `match` of four: that would be a jump through a table.
    if kind == Kind::Many {
        // SAFETY: a slot of this kind starts a `SlotOfMany`.
        let behavior = unsafe { slot.cast::<SlotOfMany>().as_ref() }.behavior;
        // SAFETY: this grant is one that `pending` counts.
        unsafe { count_down(behavior, 1, hint) };
    } else if kind == Kind::Alone {
        // SAFETY: of this kind.
        let behavior = unsafe { Behavior::of_slot(slot) };
        // SAFETY: its only grant.
        unsafe { dispatch(behavior, hint) };
    } else {
        // SAFETY: the same duties.
        unsafe { grant_rarely(slot, hint) };
    }
}

/// # Safety
/// As [`grant`], for a slot that is a joiner's, or tracked.
#[inline(never)]
unsafe fn grant_rarely(slot: NonNull<Slot>, hint: Hint<'_>) {
    // SAFETY: not granted yet, so it lives.
    match unsafe { slot.as_ref() }.kind() {
        // SAFETY: its only grant.
        Kind::Joiner => unsafe { Ticket::granted(slot) },
        // SAFETY: granted just now.
        Kind::Tracked => unsafe { waitlist::granted(slot, hint) },
        other => unreachable!("a slot of the kind {other:?} is not granted here"),
    }
}

/// Some of the counts in `pending` are done.
///
/// # Safety
/// The caller owns so many counts; `behavior` may be gone on return.
#[inline]
pub(crate) unsafe fn count_down(behavior: NonNull<Behavior>, by: u32, hint: Hint<'_>) {
    // SAFETY: our count keeps it from being dispatched.
    if unsafe { behavior.as_ref() }.pending().less(by) {
        // SAFETY: nothing is pending any more.
        unsafe { dispatch(behavior, hint) };
    }
}

/// # Safety
/// Called once per behavior, when all of its slots are granted; `behavior` may be gone on return.
#[inline]
pub(crate) unsafe fn dispatch(behavior: NonNull<Behavior>, hint: Hint<'_>) {
    // SAFETY: alive until it is dispatched.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block.
    unsafe { (table.dispatch)(behavior, hint) };
}
