//! Owns: how the holder of a cown gives it up: README.md, parts 2 and 3.

#![expect(unsafe_code, reason = "the slots of a queue lie in blocks of other behaviors")]

use std::ptr::NonNull;

use crate::sync::Ordering;

use super::enter::walk;
use super::status::{State, Status, Word};
use super::{Effects, Queue, READER, Slot, WRITER_WAITS};

/// Gives the cown up and hands it to whoever is next. The slot is out of the queue on return.
///
/// # Safety
/// 1. `slot` has been granted its cown, and the behavior touches the cown no more.
/// 2. Called once for each slot that was granted.
#[inline(always)]
pub(crate) unsafe fn release(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: INV-1.
    let this = unsafe { slot.as_ref() };
    let word = this.status.read();
    if !this.is_shared() {
        // Most often: another writer waits, or nobody does.
        if let Some(writer) = word.next_writer() {
            return effects.granted(writer);
        }
        let cown = this.cown();
        // SAFETY: INV-6: we hold it.
        if word.is_ready() && unsafe { cown.as_ref() }.tail.try_leave_last(slot.as_ptr().cast()) {
            return effects.idle(cown);
        }
    }
    // SAFETY: the same duties.
    unsafe { release_slowly(slot, word, effects) };
}

/// As [`release`], for any slot whose status has been read already.
///
/// # Safety
/// As [`release`].
#[inline(never)]
unsafe fn release_slowly(slot: NonNull<Slot>, word: Word, effects: &mut impl Effects) {
    // SAFETY: INV-1.
    let this = unsafe { slot.as_ref() };
    let cown = this.cown();
    // SAFETY: INV-6: we hold it.
    let queue = unsafe { cown.as_ref() };
    let state = match word.state() {
        State::Ready | State::Reading if queue.tail.try_leave_last(slot.as_ptr().cast()) => None,
        State::Ready | State::Reading => Some(this.status.wait_linked()),
        linked => Some(linked),
    };
    if this.is_shared() {
        release_reader(queue, cown, state, effects);
    } else {
        // SAFETY: `state` is what stands behind a writer that holds the cown.
        unsafe { release_writer(queue, cown, state, effects) };
    }
}

/// The producer of a promise has finished: marks it so and hands the promise to whoever is next. The promise may be
/// gone on return.
///
/// # Safety
/// 1. `producer` leads `cown` since [`Queue::led_by`].
/// 2. Called once; the result is written.
#[inline]
pub(crate) unsafe fn release_producer(
    cown: NonNull<Queue>,
    producer: NonNull<Status>,
    effects: &mut impl Effects,
) {
    // SAFETY: duty 1; alive until the count of its activity is given back below (INV-6).
    let status = unsafe { producer.as_ref() };
    // SAFETY: INV-6.
    let queue = unsafe { cown.as_ref() };
    let next = match status.load() {
        State::Ready if queue.tail.try_leave_last(producer.as_ptr()) => None,
        State::Ready => Some(status.wait_linked()),
        linked => Some(linked),
    };
    status.finish();
    // SAFETY: a producer holds its promise as a writer does.
    unsafe { release_writer(queue, cown, next, effects) };
}

/// # Safety
/// `next` is what is linked behind the writer that holds the cown; `None` if it has left an empty queue.
#[inline]
unsafe fn release_writer(
    queue: &Queue,
    cown: NonNull<Queue>,
    next: Option<State>,
    effects: &mut impl Effects,
) {
    match next {
        None => effects.idle(cown),
        Some(State::NextWriter(writer)) => effects.granted(writer),
        Some(State::NextReader(reader)) => {
            // Relaxed: nobody else counts while a writer holds the cown; a joiner comes after the walk's activation.
            queue.readers.store(READER, Ordering::Relaxed);
            // SAFETY: counted just now, and its turn has come.
            unsafe { walk(queue, reader, effects) };
        }
        Some(other) => unreachable!("a writer that releases is not in {other:?}"),
    }
}

fn release_reader(queue: &Queue, cown: NonNull<Queue>, next: Option<State>, effects: &mut impl Effects) {
    if let Some(State::NextWriter(writer)) = next {
        // Relaxed: carried by the subtraction, edge E7.
        queue.writer.store(writer.as_ptr(), Ordering::Relaxed);
        // One reader less and one waiting writer more. AcqRel: edges E6 and E7.
        if queue.readers.fetch_sub(READER - WRITER_WAITS, Ordering::AcqRel) == READER {
            // Relaxed: no reader is left and none can come before the writer.
            queue.readers.store(0, Ordering::Relaxed);
            effects.granted(writer);
        }
        return;
    }
    // AcqRel: edge E6; and E7 if a writer waits.
    let found = queue.readers.fetch_sub(READER, Ordering::AcqRel);
    if found == READER {
        effects.idle(cown);
    } else if found == READER + WRITER_WAITS {
        // Relaxed: as above. The cown stays active: the writer inherits its count.
        queue.readers.store(0, Ordering::Relaxed);
        // Relaxed: stored before the 1 that we have found, edge E7.
        let writer = NonNull::new(queue.writer.load(Ordering::Relaxed)).expect("stored before the bit");
        effects.granted(writer);
    }
}
