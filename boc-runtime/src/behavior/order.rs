//! Owns: the global order in which a behavior enters its queues, and what to do about repeated cowns.

#![expect(unsafe_code, reason = "sorts slots that lie in a block")]

use std::mem::MaybeUninit;
use std::ptr::NonNull;

use crate::queue::{Kind, Slot};

use super::block::SlotOfMany;

/// The same cown stands twice in a request set and at least one of the two is exclusive: the positions, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    pub(crate) first: usize,
    pub(crate) second: usize,
}

/// Up to this many slots are sorted without an allocation.
const INLINE: usize = 16;

/// The slots of a behavior in the order of their cowns' addresses, without the repeated ones.
pub(crate) struct Order {
    inline: [MaybeUninit<NonNull<Slot>>; INLINE],
    heap: Vec<NonNull<Slot>>,
    len: usize,
}

impl Order {
    /// Sorts the slots; marks a second shared slot of the same cown as repeated, and says how many there are.
    ///
    /// # Safety
    /// `first` is the first of `len` initialised slots that nobody else knows yet.
    pub(crate) unsafe fn sort(first: NonNull<SlotOfMany>, len: usize) -> Result<(Order, u32), Clash> {
        let mut order = Order { inline: [MaybeUninit::uninit(); INLINE], heap: Vec::new(), len };
        if len > INLINE {
            order.heap.reserve_exact(len);
            // SAFETY: within the `len` slots.
            order.heap.extend((0..len).map(|index| unsafe { first.add(index) }.cast()));
        } else {
            for (index, place) in order.inline[..len].iter_mut().enumerate() {
                // SAFETY: within the `len` slots.
                place.write(unsafe { first.add(index) }.cast());
            }
        }
        // SAFETY: initialised (caller).
        let cown = |slot: NonNull<Slot>| unsafe { slot.as_ref() }.cown();
        let slots = order.as_mut_slice();
        // By cown, then by position: a slot's own address grows with its position.
        slots.sort_unstable_by_key(|&slot| (cown(slot), slot));
        let mut repeated = 0;
        for index in 1..slots.len() {
            let (one, mut two) = (slots[index - 1], slots[index]);
            if cown(one) != cown(two) {
                continue;
            }
            // SAFETY: initialised (caller).
            let shared = |slot: NonNull<Slot>| unsafe { slot.as_ref() }.is_shared();
            if !(shared(one) && shared(two)) {
                // SAFETY: both lie among the slots that start at `first`.
                let position =
                    |slot: NonNull<Slot>| unsafe { slot.cast::<SlotOfMany>().offset_from_unsigned(first) };
                return Err(Clash { first: position(one), second: position(two) });
            }
            // SAFETY: nobody else knows the slot yet (caller).
            unsafe { two.as_mut() }.make_repeated();
            repeated += 1;
        }
        if repeated != 0 {
            order.drop_repeated();
        }
        Ok((order, repeated))
    }

    fn drop_repeated(&mut self) {
        let slots = self.as_mut_slice();
        let mut kept = 0;
        for index in 0..slots.len() {
            // SAFETY: `sort`'s duty.
            if unsafe { slots[index].as_ref() }.kind() != Kind::Repeated {
                slots.swap(kept, index);
                kept += 1;
            }
        }
        self.len = kept;
        self.heap.truncate(kept);
    }

    fn as_mut_slice(&mut self) -> &mut [NonNull<Slot>] {
        if self.heap.is_empty() {
            // SAFETY: `sort` has written the first `len`.
            unsafe { self.inline[..self.len].assume_init_mut() }
        } else {
            &mut self.heap
        }
    }

    pub(crate) fn as_slice(&self) -> &[NonNull<Slot>] {
        if self.heap.is_empty() {
            // SAFETY: `sort` has written the first `len`.
            unsafe { self.inline[..self.len].assume_init_ref() }
        } else {
            &self.heap
        }
    }
}
