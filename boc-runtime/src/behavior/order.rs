//! Owns: the global order in which a behavior enters its queues, and what to do about repeated cowns.

#![expect(unsafe_code, reason = "sorts slots that lie in a block")]

use std::ptr::NonNull;

use crate::queue::Slot;

use super::block::SlotOfMany;

/// The same cown stands twice in a request set and at least one of the two is exclusive: the positions, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) first: usize,
    pub(crate) second: usize,
}

/// Up to this many slots are sorted without an allocation.
const INLINE: usize = 16;

/// Puts the slots of a behavior in the order of their cowns' addresses, without the repeated ones: each notes which one enters after
/// it. Gives the first, and how many are repeated.
///
/// # Safety
/// `first` is the first of `len` initialised slots, at least one, that nobody else knows yet.
#[inline]
pub(crate) unsafe fn put_in_order(
    first: NonNull<SlotOfMany>,
    len: usize,
) -> Result<(NonNull<Slot>, u32), Clash> {
    if len == 2 {
        // SAFETY: within the slots.
        let (mut one, mut two): (NonNull<Slot>, NonNull<Slot>) =
            (first.cast(), unsafe { first.add(1) }.cast());
        // SAFETY: initialised (caller).
        if unsafe { one.as_ref() }.cown() > unsafe { two.as_ref() }.cown() {
            std::mem::swap(&mut one, &mut two);
        }
        // SAFETY: as above.
        if unsafe { one.as_ref() }.cown() != unsafe { two.as_ref() }.cown() {
            // SAFETY: nobody else knows the slot yet (caller).
            unsafe { one.as_mut() }.put_before(two);
            return Ok((one, 0));
        }
    }
    // SAFETY: the same duties.
    unsafe { sort(first, len) }
}

/// # Safety
/// As [`put_in_order`].
#[inline(never)]
unsafe fn sort(first: NonNull<SlotOfMany>, len: usize) -> Result<(NonNull<Slot>, u32), Clash> {
    // SAFETY: within the `len` slots.
    let slot = |index: usize| -> NonNull<Slot> { unsafe { first.add(index) }.cast() };
    let mut inline = [first.cast::<Slot>(); INLINE];
    let mut heap = Vec::new();
    let slots = if len <= INLINE {
        inline[..len].iter_mut().enumerate().for_each(|(index, place)| *place = slot(index));
        &mut inline[..len]
    } else {
        heap.extend((0..len).map(slot));
        &mut heap[..]
    };
    // SAFETY: initialised (caller).
    let cown = |slot: NonNull<Slot>| unsafe { slot.as_ref() }.cown();
    // By cown, then by position: a slot's own address grows with its position.
    slots.sort_unstable_by_key(|&slot| (cown(slot), slot));
    let mut repeated = 0;
    let mut last = slots[0];
    for pair in slots.windows(2) {
        let [one, mut two] = *pair else { unreachable!("windows of two") };
        if cown(one) != cown(two) {
            // SAFETY: nobody else knows the slot yet (caller).
            unsafe { last.as_mut() }.put_before(two);
            last = two;
            continue;
        }
        // SAFETY: initialised (caller).
        let shared = |slot: NonNull<Slot>| unsafe { slot.as_ref() }.is_shared();
        if !(shared(one) && shared(two)) {
            // SAFETY: both lie among the slots that start at `first`.
            let offset = |slot: NonNull<Slot>| unsafe { slot.cast::<SlotOfMany>().offset_from(first) };
            return Err(Clash { first: offset(one).unsigned_abs(), second: offset(two).unsigned_abs() });
        }
        // SAFETY: nobody else knows the slot yet (caller).
        unsafe { two.as_mut() }.make_repeated();
        repeated += 1;
    }
    Ok((slots[0], repeated))
}
