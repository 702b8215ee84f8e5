//! Owns: the entering of behaviors into the queues of their cowns: README.md, "Its life", 1, and `queue/README.md`, part 2.

#![expect(unsafe_code, reason = "puts slots of blocks into queues")]

use std::ptr::NonNull;

use crate::later;
use crate::memory::{self, Header};
use crate::queue::{self, Effects, Kind, Party, Queue, Slot, Turn};
use crate::sched::Core;
use crate::unwind::Bomb;

use super::block::{Behavior, SlotOfMany};
use super::grant::{self, Hint};
use super::schedule::Made;
use super::waitlist;

/// The effects of entering a behavior of this core, or several: what is granted at once was free.
struct Entering(NonNull<Core>);

impl Entering {
    /// Only asked before the behavior can be granted.
    #[inline]
    fn core(&self) -> &Core {
        // SAFETY: a behavior of it is in flight (see above), so it lives.
        unsafe { self.0.as_ref() }
    }
}

impl Effects for Entering {
    /// A behavior of several slots was looked at before any of them was published.
    #[inline]
    fn waits(&mut self, slot: NonNull<Slot>, queue: &Queue) {
        if !queue.users().are_only(self.core().party()) {
            // SAFETY: it cannot be granted before this returns.
            unsafe { waitlist::track_if_alone(slot) };
        }
    }

    #[inline]
    fn enters(&mut self, queue: &Queue) {
        if !queue.users().are_only(self.core().party()) {
            waitlist::note_user(queue.users(), self.core());
        }
    }

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
            (1, Some(slot)) => unsafe { queue::enter_single(slot, &mut Entering(self.core)) },
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
        let mut effects =
            EnteringMany { core: self.core, behavior: self.behavior, granted: 0, tracked: false };
        let (first, second) = self.first_two();
        let entered = match second {
            Some((second, true)) => {
                // SAFETY: the same duties.
                unsafe { note_user(first, self.core) };
                // SAFETY: the same duties.
                unsafe { note_user(second, self.core) };
                // SAFETY: in the global order; published below.
                let first_turn = unsafe { queue::enter(first, false) };
                // SAFETY: as above.
                let second_turn = unsafe { queue::enter(second, true) };
                // SAFETY: entered, and neither is published.
                let waits = |slot, turn| unsafe { queue::waits_for_others(slot, turn, self.party()) };
                if waits(first, first_turn) || waits(second, second_turn) {
                    // SAFETY: as above.
                    unsafe { waitlist::track(self.behavior) };
                    effects.tracked = true;
                }
                // SAFETY: all are entered; the scheduler's count, which is taken off last, keeps the block.
                unsafe { queue::publish(first, first_turn, &mut effects) };
                // SAFETY: as above.
                unsafe { queue::publish(second, second_turn, &mut effects) };
                2
            }
            // SAFETY: the same duties.
            _ => unsafe { self.enter_several(&mut effects) },
        };
        if effects.tracked {
            // SAFETY: the scheduler's own count.
            unsafe { waitlist::scheduled(self.behavior) };
        } else if effects.granted == entered {
            // SAFETY: nobody else has a slot of it to grant.
            unsafe { grant::dispatch(self.behavior, Hint::Spawned) };
        } else {
            // SAFETY: the counts of the slots that we were granted, and the scheduler's own.
            unsafe { grant::count_down(self.behavior, effects.granted + 1, Hint::Spawned) };
        }
    }

    /// The first two slots to enter, and whether the second is the last.
    #[inline]
    fn first_two(&self) -> (NonNull<Slot>, Option<(NonNull<Slot>, bool)>) {
        let first = self.first.expect("several slots");
        // SAFETY: not entered, so the block lives.
        let next = |slot: NonNull<Slot>| unsafe { slot.as_ref() }.next_to_enter();
        (first, next(first).map(|second| (second, next(second).is_none())))
    }

    /// Both steps, for any number of slots. Gives how many have entered.
    ///
    /// # Safety
    /// As [`Made::enter`].
    #[inline(never)]
    unsafe fn enter_several(&self, effects: &mut EnteringMany) -> u32 {
        // SAFETY: the same duties.
        unsafe { self.note_user() };
        let none = (NonNull::dangling(), Turn::default());
        let (mut inline, mut heap) = ([none; INLINE], Vec::new());
        let turns = if self.slots <= INLINE {
            &mut inline[..]
        } else {
            heap.resize(self.slots, none);
            &mut heap[..]
        };
        let mut entered = 0;
        let mut next = self.first;
        while let Some(slot) = next {
            // SAFETY: not entered, so the block lives.
            next = unsafe { slot.as_ref() }.next_to_enter();
            // SAFETY: in the global order; published below.
            turns[entered] = (slot, unsafe { queue::enter(slot, next.is_none()) });
            entered += 1;
        }
        // SAFETY: entered, and none is published.
        effects.tracked = unsafe { self.track_if_it_waits(&turns[..entered]) };
        for &(slot, turn) in &turns[..entered] {
            // SAFETY: all are entered; the scheduler's count, which is taken off last, keeps the block.
            unsafe { queue::publish(slot, turn, effects) };
        }
        entered as u32
    }
}

/// Tells the queue of a slot that a behavior of this core is about to enter it.
///
/// # Safety
/// The slot has not entered yet; its cown is alive during the call, and so is the core.
#[inline]
unsafe fn note_user(slot: NonNull<Slot>, core: NonNull<Core>) {
    // SAFETY: not entered, so the block lives.
    let cown = unsafe { slot.as_ref() }.cown();
    // SAFETY: alive (caller).
    let users = unsafe { cown.as_ref() }.users();
    // SAFETY: alive (caller).
    let core = unsafe { core.as_ref() };
    if !users.are_only(core.party()) {
        waitlist::note_user(users, core);
    }
}

impl Made {
    /// Only asked before the behavior can be granted.
    #[inline]
    fn party(&self) -> Party {
        // SAFETY: the behavior is in flight (see above), so its core lives.
        unsafe { self.core.as_ref() }.party()
    }

    /// It belongs to a batch that has entered all its queues, or never does.
    pub(super) fn close(&self) {
        // SAFETY: the batch keeps its behaviors until they are published, or cancelled.
        unsafe { self.behavior.as_ref() }.promised.header.queue.users().close(self.party());
    }

    /// As the function [`note_user`], for all slots.
    ///
    /// # Safety
    /// As there.
    unsafe fn note_user(&self) {
        for slot in self.entering() {
            // SAFETY: the same duties.
            unsafe { note_user(slot, self.core) };
        }
    }

    /// Whether the behavior may have to wait for what no worker of its core finishes; then it is
    /// tracked.
    ///
    /// # Safety
    /// These are its slots and their turns; none is published.
    unsafe fn track_if_it_waits(&self, turns: &[(NonNull<Slot>, Turn)]) -> bool {
        // SAFETY: not published, so it lives; its cown does, for the scheduler has a handle.
        let waits = |&(slot, turn): &(NonNull<Slot>, Turn)| unsafe {
            queue::waits_for_others(slot, turn, self.party())
        };
        // SAFETY: the same duties.
        unsafe { self.track_if(turns.iter().any(waits)) }
    }

    /// Tracks the behavior if that is needed; gives whether it was.
    ///
    /// # Safety
    /// All its slots have entered; none is published.
    unsafe fn track_if(&self, needed: bool) -> bool {
        if needed {
            // SAFETY: no slot can be granted before it is published.
            unsafe { waitlist::track(self.behavior) };
        }
        needed
    }

    /// As [`track_if_it_waits`](Made::track_if_it_waits), in a batch: no turn tells which of its slots have others before them.
    ///
    /// # Safety
    /// All slots have entered; none is published.
    unsafe fn track_in_a_batch(&self) -> bool {
        let mixed = |slot: NonNull<Slot>| {
            // SAFETY: not published, so it lives.
            let slot = unsafe { slot.as_ref() };
            // SAFETY: alive: the batch counts it.
            slot.kind() != Kind::Repeated && !unsafe { slot.cown().as_ref() }.users().are_only(self.party())
        };
        // SAFETY: the same duties.
        unsafe { self.track_if(self.slots > 1 && self.all_slots().any(mixed)) }
    }
}

/// Up to this many slots enter without an allocation.
const INLINE: usize = 8;

/// The effects of entering with several slots: those that are granted at once are counted down together at the end, and not at all if
/// they are all.
struct EnteringMany {
    core: NonNull<Core>,
    behavior: NonNull<Behavior>,
    granted: u32,
    /// The behavior is on the waitlist, which counts its slots.
    tracked: bool,
}

impl Effects for EnteringMany {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, so it lives; a slot of this kind starts a `SlotOfMany`.
        let own = || unsafe { slot.cast::<SlotOfMany>().as_ref() }.behavior == self.behavior;
        // SAFETY: as above.
        if unsafe { slot.as_ref() }.kind() == Kind::Many && own() {
            self.granted += 1;
        } else {
            Entering(self.core).granted(slot);
        }
    }

    #[inline]
    fn granted_at_once(&mut self, slot: NonNull<Slot>) {
        if self.tracked {
            return Entering(self.core).granted(slot);
        }
        self.granted += 1;
    }

    #[inline]
    fn activated(&mut self, cown: NonNull<Queue>) {
        Entering(self.core).activated(cown);
    }

    fn idle(&mut self, cown: NonNull<Queue>) {
        Entering(self.core).idle(cown);
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
    let mut rest: Vec<_> = batch.iter().map(|made| (made.slots, made.behavior, false)).collect();
    let Some(core) = batch.first().map(|made| made.core) else { return };

    let _scope = later::Scope::new();
    let bomb = Bomb("entering the queues of a batch's cowns");
    for made in batch {
        // SAFETY: the cowns are alive (caller).
        unsafe { made.note_user() };
    }
    // Room for all of them, so that the program's allocator does not run while they enter.
    let mut entered = Vec::with_capacity(slots.len());
    let runs = slots.chunk_by(|one, two| cown(one) == cown(two)).map(|run| {
        // SAFETY: in the global order, a cown's slots together; published below.
        (run, unsafe { queue::enter_run(run) })
    });
    // All enter before the first is published.
    entered.extend(runs);
    batch.iter().for_each(Made::close);
    for (made, (_, _, tracked)) in batch.iter().zip(&mut rest) {
        // SAFETY: all are entered, and none is published.
        *tracked = unsafe { made.track_in_a_batch() };
    }
    for (run, turn) in entered {
        // SAFETY: all are entered. A behavior of one slot may run, and go, from here on; of several, when its own count is
        // taken off below.
        unsafe { queue::publish_run(run, turn, &mut Entering(core)) };
    }
    for (slots, behavior, tracked) in rest {
        match slots {
            // SAFETY: it requests nothing, so it is ready.
            0 => unsafe { grant::dispatch(behavior, Hint::Spawned) },
            1 => {}
            // SAFETY: the scheduler's own count.
            _ if tracked => unsafe { waitlist::scheduled(behavior) },
            // SAFETY: the scheduler's own count.
            _ => unsafe { grant::count_down(behavior, 1, Hint::Spawned) },
        }
    }
    bomb.defuse();
}
