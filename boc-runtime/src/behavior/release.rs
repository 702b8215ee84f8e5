//! Owns: what the end of a behavior gives up: its cowns, its promise, and what a joiner or a resolver has: README.md, "Its life", 4.

#![expect(unsafe_code, reason = "releases slots that lie in blocks")]

use std::ptr::NonNull;

use crate::later;
use crate::memory::{self, Header};
use crate::queue::{self, Effects, Kind, Queue, Slot, Status};
use crate::unwind::Bomb;

use super::block::Behavior;
use super::grant::{self, Hint};

/// The effects of releasing: whoever is granted gets it from us; cowns may die.
struct Releasing<'w>(Hint<'w>);

impl Effects for Releasing<'_> {
    #[inline]
    fn granted(&mut self, slot: NonNull<Slot>) {
        // Its body may be short, and then the memory of who comes after it should be on its way already.
        // SAFETY: granted just now, so it lives.
        unsafe { slot.as_ref() }.prefetch_successor();
        // SAFETY: granted just now, by the queue.
        unsafe { grant::grant(slot, self.0) };
    }

    fn activated(&mut self, _: NonNull<Queue>) {
        unreachable!("releasing enters no queue");
    }

    #[inline]
    fn idle(&mut self, cown: NonNull<Queue>) {
        // SAFETY: the count of the cown's activity. The value is dropped after the last release: `later::Scope`.
        unsafe { memory::release(Header::of(cown)) };
    }
}

/// Gives up one cown, outside of a behavior: a joiner's.
///
/// # Safety
/// As `queue::release`.
pub(crate) unsafe fn release_slot(slot: NonNull<Slot>) {
    let _scope = later::Scope::new();
    // SAFETY: the caller's duty.
    unsafe { queue::release(slot, &mut Releasing(Hint::Spawned)) };
}

/// Gives a promise up that no behavior leads: a resolver's.
///
/// # Safety
/// As `queue::release_producer`.
pub(crate) unsafe fn release_promise(cown: NonNull<Queue>, producer: NonNull<Status>) {
    let _scope = later::Scope::new();
    // SAFETY: the caller's duty.
    unsafe { queue::release_producer(cown, producer, &mut Releasing(Hint::Spawned)) };
}

/// Releases the cowns, and then the promise; if nobody wants that, `end` takes its place. The hint is for whoever is granted.
///
/// # Safety
/// The behavior's outcome is written; called once. The block may be gone on return.
#[inline]
pub(super) unsafe fn release_all(behavior: NonNull<Behavior>, hint: Hint<'_>, end: impl FnOnce()) {
    let later = later::Scope::new();
    // SAFETY: alive until the promise is released.
    let slots = unsafe { behavior.as_ref() }.slots();
    // SAFETY: the body has ended.
    unsafe { release_slots(behavior, slots, hint) };
    // SAFETY: the caller's duties.
    unsafe { release_promise_of(behavior, hint, end) };
    drop(later);
}

/// The first part of [`release_all`] alone, for a behavior that is cancelled; in a scope of
/// `later`.
///
/// # Safety
/// The behavior holds its slots, or has entered none, and never runs; called once.
pub(super) unsafe fn release_cowns(behavior: NonNull<Behavior>) {
    // SAFETY: alive until the promise is released.
    let slots = unsafe { behavior.as_ref() }.slots();
    // SAFETY: there is no body that uses them (caller).
    unsafe { release_slots(behavior, slots, Hint::Spawned) };
}

/// The second part of [`release_all`] alone: the promise. In a scope of `later`, too.
///
/// # Safety
/// As [`release_all`]; the cowns are released.
#[inline(always)]
pub(super) unsafe fn release_promise_of(behavior: NonNull<Behavior>, hint: Hint<'_>, end: impl FnOnce()) {
    // SAFETY: alive until the promise is released.
    if unsafe { is_unwanted(behavior) } {
        end();
    } else {
        // SAFETY: the outcome is written, and everything else released.
        unsafe { release_own_promise(behavior, hint) };
    }
}

/// # Safety
/// The behavior's outcome is written, and nothing else of it is to be released; the block may be gone on return.
#[inline(never)]
pub(super) unsafe fn release_own_promise(behavior: NonNull<Behavior>, hint: Hint<'_>) {
    let bomb = Bomb("releasing the promise of a behavior");
    // SAFETY: the behavior leads its promise's queue; the outcome is written.
    unsafe {
        queue::release_producer(behavior.cast(), Behavior::producer_of(behavior), &mut Releasing(hint))
    };
    bomb.defuse();
}

/// Whether the promise of a behavior that has ended has no handle and no request left, so that it
/// never has one again: the block is the caller's (INV-ALONE, at `memory::end_alone`).
///
/// # Safety
/// The behavior leads its promise's queue still.
#[inline]
unsafe fn is_unwanted(behavior: NonNull<Behavior>) -> bool {
    // SAFETY: alive (caller).
    let header = &unsafe { behavior.as_ref() }.promised.header;
    // A slot enters the queue through a handle, which has a strong count. So once the count of the
    // queue's activity is the only one (`is_last`, with Acquire), the queue stays as it is.
    header.is_last() && header.queue.is_led_alone_by(Behavior::producer_of(behavior))
}

/// # Safety
/// The body has ended; the behavior holds its `slots` slots.
#[inline]
unsafe fn release_slots(behavior: NonNull<Behavior>, slots: usize, hint: Hint<'_>) {
    let bomb = Bomb("releasing the cowns of a behavior");
    if slots == 1 {
        // SAFETY: its only slot.
        unsafe { release_one(Behavior::slots_of(behavior), hint) };
    } else if slots != 0 {
        // Out of line: a worker's loop is short without.
        // SAFETY: the same duties.
        unsafe { release_many(behavior, slots, hint) };
    }
    bomb.defuse();
}

/// # Safety
/// As [`release_slots`].
#[inline(never)]
unsafe fn release_many(behavior: NonNull<Behavior>, slots: usize, hint: Hint<'_>) {
    for index in 0..slots {
        // SAFETY: within the slots of the behavior.
        let slot = unsafe { Behavior::slot(behavior, index) };
        // SAFETY: the same duties.
        unsafe { release_one(slot, hint) };
    }
}

/// # Safety
/// As [`release_slots`], for one of them, once.
#[inline(always)]
unsafe fn release_one(slot: NonNull<Slot>, hint: Hint<'_>) {
    // A repeated one has entered no queue, and so has that of a behavior which is cancelled before it has entered.
    // SAFETY: not released yet, so it lives (INV-1).
    if unsafe { slot.as_ref() }.kind() != Kind::Repeated {
        // SAFETY: granted, and released once.
        unsafe { queue::release(slot, &mut Releasing(hint)) };
    }
}
