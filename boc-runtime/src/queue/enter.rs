//! Owns: how requests enter a queue: README.md, parts 2 and 3.

#![expect(unsafe_code, reason = "the slots of a queue lie in blocks of other behaviors")]

use std::ptr::NonNull;

use crate::sync::Ordering;

use super::status::{State, Status};
use super::{Effects, Queue, READER, Slot, WRITER_WAITS};

/// Step 1 of entering: takes the slot's place in its queue and waits out a predecessor that is still entering.
///
/// # Safety
/// 1. `slot` is live, in `Wait`, not repeated, and enters for the first time.
/// 2. Its cown is alive during the call (the caller has a handle).
/// 3. The slots of one behavior, or batch, enter in the global order of their cowns, and [`publish`] follows.
#[inline]
pub(crate) unsafe fn enter(slot: NonNull<Slot>) {
    // SAFETY: the caller's duties.
    unsafe { take_place(slot, slot) };
}

/// As [`enter`], for several slots on one cown, one behind the other, with nobody between: a batch's.
///
/// # Safety
/// As [`enter`], for each; there is at least one, and all name the same cown.
pub(crate) unsafe fn enter_run(slots: &[NonNull<Slot>]) {
    let ([first, .., last] | [first @ last]) = slots else { unreachable!("a run has at least one slot") };
    for pair in slots.windows(2) {
        // SAFETY: duty 1. Nobody knows the slot before the turn below is taken.
        unsafe { pair[1].as_ref() }.status.remember(pair[0].as_ptr().cast());
    }
    // SAFETY: the caller's duties.
    unsafe { take_place(*first, *last) };
}

/// # Safety
/// As [`enter`]; between `first` and `last` the slots are in line.
#[inline]
unsafe fn take_place(first: NonNull<Slot>, last: NonNull<Slot>) {
    // SAFETY: duty 1.
    let this = unsafe { first.as_ref() };
    // SAFETY: duty 2.
    let queue = unsafe { this.cown().as_ref() };
    let predecessor = queue.take_turn(last.as_ptr().cast());
    this.status.remember(predecessor);
    // SAFETY: INV-2: the predecessor lives until we link.
    if let Some(predecessor) = unsafe { predecessor.as_ref() } {
        predecessor.wait_published();
    }
}

/// Step 2 of entering: lets successors pass, and takes or waits for the cown.
///
/// # Safety
/// 1. [`enter`] was called for every slot of the behavior (of the batch), once; this is called once for each, and within a
///    run in its order.
/// 2. The cown is alive during the call.
/// 3. The behavior cannot run before this slot is granted, or (several slots) before its scheduler is done.
#[inline]
pub(crate) unsafe fn publish(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: duty 3: the block lives.
    let this = unsafe { slot.as_ref() };
    let predecessor = this.status.remembered();
    this.status.publish();
    // SAFETY: duties 1 and 2; the predecessor comes from our own turn and is not linked yet.
    unsafe { follow(slot, predecessor, effects) };
}

/// Both steps, for a behavior on one cown. The slot may be gone on return.
///
/// The slot is in `Wait` meanwhile although it has no other queue to enter: README.md, "a request of one cown between".
///
/// # Safety
/// As [`enter`], for the only slot of its task.
#[inline]
pub(crate) unsafe fn enter_single(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: the caller's duty.
    let this = unsafe { slot.as_ref() };
    // SAFETY: the caller's duty.
    let queue = unsafe { this.cown().as_ref() };
    // As `enter` and `publish`, but that the predecessor need not be remembered in between.
    let predecessor = queue.take_turn(slot.as_ptr().cast());
    // SAFETY: INV-2: the predecessor lives until we link.
    if unsafe { predecessor.as_ref() }.is_none_or(Status::is_published) {
        // SAFETY: the caller's duties.
        unsafe { enter_published(slot, predecessor, effects) };
    } else {
        // SAFETY: the caller's duties.
        unsafe { enter_later(slot, predecessor, effects) };
    }
}

/// As [`enter_published`], when the predecessor is. Out of line: the rest of [`enter_single`] calls nothing and saves no registers.
///
/// # Safety
/// As [`enter_published`].
#[cold]
#[inline(never)]
unsafe fn enter_later(slot: NonNull<Slot>, predecessor: *mut Status, effects: &mut impl Effects) {
    // SAFETY: INV-2: the predecessor lives until we link.
    if let Some(predecessor) = unsafe { predecessor.as_ref() } {
        predecessor.wait_published();
    }
    // SAFETY: the same duties.
    unsafe { enter_published(slot, predecessor, effects) };
}

/// # Safety
/// As [`enter_single`]; the turn is taken, behind `predecessor`, which is published.
#[inline]
unsafe fn enter_published(slot: NonNull<Slot>, predecessor: *mut Status, effects: &mut impl Effects) {
    // SAFETY: the caller's duty.
    unsafe { slot.as_ref() }.status.publish();
    // SAFETY: from our own turn, published, not linked yet; it cannot run before this grants it.
    unsafe { follow(slot, predecessor, effects) };
}

/// Links behind the predecessor or arrives at an empty queue.
///
/// # Safety
/// `predecessor` is what `take_turn` gave for this slot, published, and not linked yet; the cown is alive.
#[inline]
unsafe fn follow(slot: NonNull<Slot>, predecessor: *mut Status, effects: &mut impl Effects) {
    // SAFETY: not granted yet, so it lives (INV-1).
    let this = unsafe { slot.as_ref() };
    let (cown, shared) = (this.cown(), this.is_shared());
    // SAFETY: the cown is alive (caller).
    let queue = unsafe { cown.as_ref() };
    // SAFETY: INV-2.
    match unsafe { predecessor.as_ref() } {
        Some(predecessor) if !shared => {
            effects.waits(slot);
            predecessor.link_writer(slot);
        }
        Some(predecessor) => {
            effects.waits(slot);
            if !predecessor.try_link_reader(slot) {
                // The predecessor reads: join it. Counted before the link, or its release might see the cown idle.
                // Relaxed: ordered before the release's subtraction by the link (Release) that it acquires.
                queue.readers.fetch_add(READER, Ordering::Relaxed);
                predecessor.link_joiner(slot);
                // SAFETY: counted, active because its predecessor is (INV-5).
                unsafe { walk(queue, slot, effects) };
            }
        }
        None if shared => {
            // Relaxed: what the last writer wrote came with the turn (E4).
            if queue.readers.fetch_add(READER, Ordering::Relaxed) == 0 {
                effects.activated(cown);
            }
            // SAFETY: counted just now; it is the head of the queue.
            unsafe { walk(queue, slot, effects) };
        }
        None => arrive_writer(queue, cown, slot, effects),
    }
}

/// A writer at the head of the queue: has the cown, or waits for the readers that are still active.
#[inline]
fn arrive_writer(queue: &Queue, cown: NonNull<Queue>, slot: NonNull<Slot>, effects: &mut impl Effects) {
    // Acquire: edge E6, pairs with the last reader's subtraction. A stale value other than 0 is settled below.
    if queue.readers.load(Ordering::Acquire) != 0 {
        effects.waits(slot);
        // Relaxed: carried by the addition, edge E7.
        queue.writer.store(slot.as_ptr(), Ordering::Relaxed);
        // Release: edge E7. Acquire: edge E6 if this finds 0.
        if queue.readers.fetch_add(WRITER_WAITS, Ordering::AcqRel) != 0 {
            return; // the last reader grants
        }
        // Relaxed: no reader is active and none can come before us (INV-4).
        queue.readers.store(0, Ordering::Relaxed);
    }
    effects.activated(cown);
    effects.granted_at_once(slot);
}

/// Activates the run of readers that starts at `first`: README.md, part 3.
///
/// # Safety
/// `first` is a published reader whose turn has come and which is counted in `readers`; the cown is active.
pub(super) unsafe fn walk(queue: &Queue, first: NonNull<Slot>, effects: &mut impl Effects) {
    let mut last = first;
    let mut others = 0;
    loop {
        // SAFETY: linked and not granted, so it lives (INV-1).
        match unsafe { last.as_ref() }.status.try_activate() {
            Err(State::NextReader(next)) => {
                last = next;
                others += READER;
            }
            Err(State::NextWriter(_)) | Ok(()) => break,
            Err(other) => unreachable!("a reader in {other:?} is not to be activated"),
        }
    }
    if others != 0 {
        // Relaxed: `first` is counted and not granted, so nobody takes the count for zero meanwhile; each of the
        // others subtracts after its grant, which comes after this.
        queue.readers.fetch_add(others, Ordering::Relaxed);
    }
    let mut slot = first;
    while slot != last {
        // SAFETY: not granted yet (INV-1).
        let State::NextReader(next) = unsafe { slot.as_ref() }.status.load() else {
            unreachable!("the first pass came this way");
        };
        effects.granted(slot);
        slot = next;
    }
    effects.granted(last);
}
