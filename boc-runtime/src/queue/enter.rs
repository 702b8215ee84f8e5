//! Owns: how requests enter a queue: README.md, parts 2 and 3.

#![expect(unsafe_code, reason = "the slots of a queue lie in blocks of other behaviors")]

use std::ptr::NonNull;
use std::sync::Arc;

use crate::sync::Ordering;

use super::status::{State, Status, Successor};
use super::tail::Before;
use super::watch::Watch;
use super::{Effects, Party, Queue, READER, Slot, WRITER_WAITS, too_many_readers};

/// What [`enter`] has found, for [`publish`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    predecessor: *mut Status,
    /// The slot has entered with the bit: it is to be published.
    unsettled: bool,
}

impl Default for Turn {
    /// That of a slot that finds an empty queue.
    fn default() -> Turn {
        Turn { predecessor: std::ptr::null_mut(), unsettled: false }
    }
}

/// Step 1 of entering: takes the slot's place in its queue and waits out a predecessor that is still entering.
///
/// # Safety
/// 1. `slot` is live, not repeated, and enters for the first time.
/// 2. Its cown is alive during the call (the caller has a handle).
/// 3. The slots of one behavior, or batch, enter in the global order of their cowns, `is_last` says of the last of them that it is, and
///    [`publish`] follows.
#[inline]
pub(crate) unsafe fn enter(slot: NonNull<Slot>, is_last: bool) -> Turn {
    // SAFETY: duty 1.
    let this = unsafe { slot.as_ref() };
    // SAFETY: duty 2.
    let tail = &unsafe { this.cown().as_ref() }.tail;
    this.status.make_ready();
    let status = slot.as_ptr().cast();
    let before = if is_last {
        if let Some(predecessor) = tail.try_take(status) {
            return Turn { predecessor, unsettled: false };
        }
        tail.take(status)
    } else {
        tail.take_unsettled(status)
    };
    // SAFETY: from our own turn; linked by `publish`.
    unsafe { wait_for(before) };
    Turn { predecessor: before.slot(), unsettled: !is_last || before.is_unsettled() }
}

/// For a slot that has entered and is not published: whether it may have to wait, for requests that
/// are not all of `party` (README.md, part 7).
///
/// # Safety
/// The slot has this turn; its cown is alive.
#[inline]
pub(crate) unsafe fn waits_for_others(slot: NonNull<Slot>, turn: Turn, party: Party) -> bool {
    // SAFETY: alive (caller).
    let this = unsafe { slot.as_ref() };
    // SAFETY: alive (caller).
    let queue = unsafe { this.cown().as_ref() };
    if queue.users().are_only(party) {
        return false;
    }
    // Relaxed: a value other than 0 that is not up to date does no harm; a 0 is (E4).
    !turn.predecessor.is_null() || !this.is_shared() && queue.readers.load(Ordering::Relaxed) != 0
}

/// As [`enter`], for several slots on one cown, one behind the other, with none between: a batch's. [`publish_run`] follows.
///
/// # Safety
/// As [`enter`], for each; there is at least one, and all name the same cown.
pub(crate) unsafe fn enter_run(slots: &[NonNull<Slot>]) -> Turn {
    let Some(last) = slots.last() else { unreachable!("a run has at least one slot") };
    for slot in slots {
        // SAFETY: duty 1. No other thread knows the slots before the turn below is taken.
        unsafe { slot.as_ref() }.status.make_ready();
    }
    // SAFETY: duty 1.
    let queue = unsafe { last.as_ref() }.cown();
    // SAFETY: duty 2.
    let before = unsafe { queue.as_ref() }.tail.take_unsettled(last.as_ptr().cast());
    // SAFETY: from our own turn; linked by `publish_run`.
    unsafe { wait_for(before) };
    Turn { predecessor: before.slot(), unsettled: true }
}

/// Waits until the slot before is published.
///
/// # Safety
/// `before` comes from the caller's turn, and nothing is linked behind that slot yet.
#[inline]
unsafe fn wait_for(before: Before) {
    if before.is_unsettled() {
        // SAFETY: INV-2: the predecessor lives until we link; a slot stands in `tail`, with the bit.
        unsafe { before.slot().as_ref() }.expect("a slot has the bit").wait_published(None);
    }
}

/// Step 2 of entering: lets successors pass, and takes or waits for the cown.
///
/// # Safety
/// 1. [`enter`] was called for every slot of the behavior, once, and gave this slot the `turn`; this is called once for each.
/// 2. The cown is alive during the call.
/// 3. The behavior cannot run before this slot is granted, or (several slots) before its scheduler is done.
// The two calls of a behavior on two cowns: left to the compiler, it is a call now and then.
#[inline(always)]
pub(crate) unsafe fn publish(slot: NonNull<Slot>, turn: Turn, effects: &mut impl Effects) {
    if turn.unsettled {
        // SAFETY: the behavior has entered all of its queues, and has waited for all predecessors; not linked.
        unsafe { settle(slot) };
    }
    // SAFETY: duties 1 and 2; the predecessor comes from our own turn and is not linked yet.
    unsafe { follow(slot, turn.predecessor, effects) };
}

/// As [`publish`], for the slots of a run.
///
/// # Safety
/// As [`publish`], for [`enter_run`], for each of the same slots.
pub(crate) unsafe fn publish_run(slots: &[NonNull<Slot>], turn: Turn, effects: &mut impl Effects) {
    let mut predecessor = turn.predecessor;
    for (index, &slot) in slots.iter().enumerate() {
        if index + 1 == slots.len() {
            // SAFETY: as in `publish`. No stranger stands behind one of the others.
            unsafe { settle(slot) };
        }
        // SAFETY: as in `publish`; within the run the predecessor is the slot before, which lives until this links (INV-2).
        unsafe { follow(slot, predecessor, effects) };
        predecessor = slot.as_ptr().cast();
    }
}

/// Publishes a slot that has entered with the bit.
///
/// # Safety
/// Its behavior has entered all of its queues, its predecessor is published, and the slot is not linked (so it lives, and its cown is active).
#[inline]
unsafe fn settle(slot: NonNull<Slot>) {
    // SAFETY: alive (caller).
    let queue = unsafe { slot.as_ref() }.cown();
    // SAFETY: alive (caller).
    if !unsafe { queue.as_ref() }.tail.try_settle(slot.as_ptr().cast()) {
        // SAFETY: the same duties; the slot has a successor.
        unsafe { pass_on(slot) };
    }
}

/// Publishes a slot that is not the last, and the chain of slots behind it that are the only ones of their behaviors, and whose
/// schedulers sleep.
///
/// # Safety
/// As [`settle`].
#[cold]
#[inline(never)]
unsafe fn pass_on(first: NonNull<Slot>) {
    let mut slot = first;
    // The scheduler of `slot`, unless that is this thread. It goes on when its slot is published.
    let mut sleeper: Option<Arc<Watch>> = None;
    loop {
        // SAFETY: `first` is not linked, so neither it nor what is linked behind it can be granted: all of the chain lives.
        let this = unsafe { slot.as_ref() };
        let successor = this.status.publish();
        if let Some(sleeper) = sleeper.take() {
            sleeper.wake();
        }
        let Successor::Watches(watch) = successor else { return };
        let Some(next) = watch.slot() else { return watch.wake() };
        // SAFETY: its scheduler sleeps, and it is linked just below: as above.
        let shared = unsafe { next.as_ref() }.is_shared();
        this.status.link_sleeper(next, shared);
        // SAFETY: the cown is active: `first` waits for it.
        if unsafe { this.cown().as_ref() }.tail.try_settle(next.as_ptr().cast()) {
            return watch.wake();
        }
        (slot, sleeper) = (next, Some(watch));
    }
}

/// Both steps, for a behavior on one cown. The slot may be gone on return.
///
/// # Safety
/// Duties 1 and 2 of [`enter`], for the only slot of its owner, which cannot run before it is granted.
#[inline(always)]
pub(crate) unsafe fn enter_single(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: the caller's duty.
    let this = unsafe { slot.as_ref() };
    // SAFETY: the caller's duty.
    let queue = unsafe { this.cown().as_ref() };
    effects.enters(queue);
    this.status.make_ready();
    match queue.tail.try_take(slot.as_ptr().cast()) {
        // SAFETY: from our own turn, published, not linked yet; it cannot run before this grants it.
        Some(predecessor) => unsafe { follow(slot, predecessor, effects) },
        // SAFETY: the caller's duties.
        None => unsafe { enter_contended(slot, effects) },
    }
}

/// As [`enter_single`], beside other slots that enter, or behind one that may not be published. Out of line: the rest calls nothing and
/// saves no registers.
///
/// # Safety
/// As [`enter_single`].
#[cold]
#[inline(never)]
unsafe fn enter_contended(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: the caller's duty.
    let cown = unsafe { slot.as_ref() }.cown();
    // SAFETY: the caller's duty.
    let queue = unsafe { cown.as_ref() };
    let before = queue.tail.take(slot.as_ptr().cast());
    let predecessor = before.slot();
    if !before.is_unsettled() {
        // SAFETY: from our own turn, published, not linked yet; it cannot run before this grants it.
        return unsafe { follow(slot, predecessor, effects) };
    }
    // Before the sleep: during it the slot may be linked, and granted.
    effects.waits(slot, queue);
    // SAFETY: INV-2: the predecessor lives until we link.
    let predecessor_status = unsafe { predecessor.as_ref() }.expect("a slot has the bit");
    // The thread that has published the predecessor may have done the rest.
    if !predecessor_status.wait_published(Some(slot)) {
        // SAFETY: there is no other queue to enter; the predecessor is published; not linked.
        unsafe { settle(slot) };
        // SAFETY: from our own turn, and not linked yet.
        unsafe { follow(slot, predecessor, effects) };
    }
}

/// Links behind the predecessor or arrives at an empty queue.
///
/// # Safety
/// `predecessor` is what this slot's turn has found, published, and not linked yet; the cown is alive.
#[inline(always)]
unsafe fn follow(slot: NonNull<Slot>, predecessor: *mut Status, effects: &mut impl Effects) {
    // SAFETY: not granted yet, so it lives (INV-1).
    let this = unsafe { slot.as_ref() };
    let (cown, shared) = (this.cown(), this.is_shared());
    // SAFETY: the cown is alive (caller).
    let queue = unsafe { cown.as_ref() };
    // SAFETY: INV-2.
    match unsafe { predecessor.as_ref() } {
        Some(predecessor) if !shared => {
            effects.waits(slot, queue);
            predecessor.link_writer(slot);
        }
        Some(predecessor) => {
            effects.waits(slot, queue);
            if !predecessor.try_link_reader(slot) {
                // The predecessor reads: join it. Counted before the link, or its release might see the cown idle.
                // Relaxed: ordered before the release's subtraction by the link (Release) that it acquires.
                queue.add_readers(READER);
                predecessor.link_joiner(slot);
                // SAFETY: counted, active because its predecessor is (INV-5).
                unsafe { walk(queue, slot, effects) };
            }
        }
        None if shared => {
            // Relaxed: what the last writer wrote came with the turn (E4).
            if queue.add_readers(READER) == 0 {
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
        effects.waits(slot, queue);
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
    let mut others: u32 = 0;
    loop {
        // SAFETY: linked and not granted, so it lives (INV-1).
        match unsafe { last.as_ref() }.status.try_activate() {
            Err(State::NextReader(next)) => {
                last = next;
                others = others.checked_add(READER).unwrap_or_else(|| too_many_readers());
            }
            Err(State::NextWriter(_)) | Ok(()) => break,
            Err(other) => unreachable!("a reader in {other:?} is not to be activated"),
        }
    }
    if others != 0 {
        // Relaxed: `first` is counted and not granted, so nobody takes the count for zero meanwhile; each of the
        // others subtracts after its grant, which comes after this.
        queue.add_readers(others);
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
