//! Owns: the entering of behaviors into the queues of their cowns: README.md, "Its life", 1, and `queue/README.md`, part 2.

#![expect(unsafe_code, reason = "puts slots of blocks into queues")]

use std::ptr::NonNull;

use crate::later;
use crate::memory::{self, Header};
use crate::queue::{self, Effects, Kind, Queue, Slot};
use crate::unwind::Bomb;

use super::block::{Behavior, SlotOfMany};
use super::grant::{self, Hint};
use super::schedule::Made;

/// The effects of entering: what is granted at once was free.
struct Entering;

impl Effects for Entering {
    #[inline]
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, by the queue.
        unsafe { grant::grant(slot, Hint::Spawned) };
    }

    #[inline]
    fn activated(&mut self, cown: NonNull<Queue>) {
        // SAFETY: the scheduler borrows a handle.
        unsafe { memory::retain(Header::of(cown)) };
    }

    fn idle(&mut self, _: NonNull<Queue>) {
        unreachable!("entering leaves no queue");
    }
}

impl Made {
    /// Puts the behavior into the queues of its cowns.
    ///
    /// # Safety
    /// The cowns are alive during the call.
    #[inline(always)]
    pub(crate) unsafe fn enter(self) {
        let _scope = later::Scope::new();
        let bomb = Bomb("entering the queues of a behavior's cowns");
        match (self.slots, self.first) {
            // SAFETY: its only slot.
            (1, Some(slot)) => unsafe { queue::enter_single(slot, &mut Entering) },
            // SAFETY: the same duties.
            (_, Some(_)) => unsafe { self.enter_many() },
            // SAFETY: it requests nothing, so it is ready.
            (_, None) => unsafe { grant::dispatch(self.behavior, Hint::Spawned) },
        }
        bomb.defuse();
    }

    /// # Safety
    /// As [`Made::enter`]; there are several slots.
    #[inline(never)]
    unsafe fn enter_many(self) {
        for slot in self.entering() {
            // SAFETY: in the global order; published below. Who is next was read before the word serves as the predecessor's.
            unsafe { queue::enter(slot) };
        }
        let mut effects = EnteringMany { behavior: self.behavior, granted: 0 };
        let mut entered = 0;
        for slot in self.all_slots() {
            // SAFETY: the scheduler's count, which is taken off last, keeps the block.
            if unsafe { slot.as_ref() }.kind() != Kind::Repeated {
                entered += 1;
                // SAFETY: all are entered.
                unsafe { queue::publish(slot, &mut effects) };
            }
        }
        if effects.granted == entered {
            // SAFETY: nobody else has a slot of it to grant.
            unsafe { grant::dispatch(self.behavior, Hint::Spawned) };
        } else {
            // SAFETY: the counts of the slots that we were granted, and the scheduler's own.
            unsafe { grant::count_down(self.behavior, effects.granted + 1, Hint::Spawned) };
        }
    }
}

/// The effects of entering with several slots: those that are granted at once are counted down together at the end, and not at all if
/// they are all.
struct EnteringMany {
    behavior: NonNull<Behavior>,
    granted: u32,
}

impl Effects for EnteringMany {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, so it lives; a slot of this kind starts a `SlotOfMany`.
        let own = || unsafe { slot.cast::<SlotOfMany>().as_ref() }.behavior == self.behavior;
        // SAFETY: as above.
        if unsafe { slot.as_ref() }.kind() == Kind::Many && own() {
            self.granted += 1;
        } else {
            Entering.granted(slot);
        }
    }

    #[inline]
    fn granted_at_once(&mut self, _: NonNull<Slot>) {
        self.granted += 1;
    }

    #[inline]
    fn activated(&mut self, cown: NonNull<Queue>) {
        Entering.activated(cown);
    }

    fn idle(&mut self, cown: NonNull<Queue>) {
        Entering.idle(cown);
    }
}

/// Puts several behaviors into the queues of their cowns, atomically: `queue/README.md`, part 2.
///
/// # Safety
/// The cowns are alive during the call; nothing of this has entered yet.
pub(super) unsafe fn enter_batch(batch: &[Made]) {
    let mut slots: Vec<NonNull<Slot>> = batch.iter().flat_map(Made::entering).collect();
    // SAFETY: not entered, so the blocks live.
    let cown = |slot: &NonNull<Slot>| unsafe { slot.as_ref() }.cown();
    // Stable: on one cown in the order of the batch.
    slots.sort_by_key(cown);
    let numbers_of_slots: Vec<_> = batch.iter().map(|made| (made.slots, made.behavior)).collect();

    let _scope = later::Scope::new();
    let bomb = Bomb("entering the queues of a batch's cowns");
    for run in slots.chunk_by(|one, two| cown(one) == cown(two)) {
        // SAFETY: in the global order, a cown's slots together; published below.
        unsafe { queue::enter_run(run) };
    }
    for slot in slots {
        // SAFETY: all are entered. A behavior of one slot may run, and go, from here on; of several, when its own count is
        // taken off below.
        unsafe { queue::publish(slot, &mut Entering) };
    }
    for (slots, behavior) in numbers_of_slots {
        match slots {
            // SAFETY: it requests nothing, so it is ready.
            0 => unsafe { grant::dispatch(behavior, Hint::Spawned) },
            1 => {}
            // SAFETY: the scheduler's own count.
            _ => unsafe { grant::count_down(behavior, 1, Hint::Spawned) },
        }
    }
    bomb.defuse();
}
