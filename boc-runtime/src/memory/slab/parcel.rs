//! Owns: what a thread has freed for another: README.md, "A block's life", 3.

#![expect(unsafe_code, reason = "links blocks that nobody uses")]

use std::cell::Cell;
use std::ptr::NonNull;

use crate::sync::thread_local;

use super::heap::Heap;
use super::page::Free;

/// How many blocks go in one parcel.
const FULL: u32 = if cfg!(all(test, loom)) { 2 } else { 64 };

thread_local! {
    static PARCEL: Cell<Option<Parcel>> = const { Cell::new(None) };
    /// Its destructor runs when the thread ends: from then on parcels are posted at once.
    static ENDING: Ending = const { Ending(()) };
}

struct Ending(());

impl Drop for Ending {
    fn drop(&mut self) {
        post(Parcel::take());
    }
}

/// A chain of blocks of one heap.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parcel {
    to: NonNull<Heap>,
    first: NonNull<Free>,
    last: NonNull<Free>,
    blocks: u32,
}

impl Parcel {
    /// This thread's, which is none then.
    pub(super) fn take() -> Option<Parcel> {
        PARCEL.replace(None)
    }
}

/// Puts a block into this thread's parcel.
///
/// # Safety
/// A block of `to`, which is not this thread's heap; nobody uses it any more.
#[inline(never)]
pub(super) unsafe fn add(to: NonNull<Heap>, block: NonNull<Free>) {
    let parcel = match Parcel::take() {
        Some(parcel) if parcel.to == to => {
            // SAFETY: the caller's block (SLAB-3).
            unsafe { block.write(Free { next: Cell::new(parcel.first.as_ptr()) }) };
            Parcel { first: block, blocks: parcel.blocks + 1, ..parcel }
        }
        other => {
            post(other);
            Parcel { to, first: block, last: block, blocks: 1 }
        }
    };
    if parcel.blocks >= FULL || ENDING.try_with(|_| ()).is_err() {
        post(Some(parcel));
    } else {
        PARCEL.set(Some(parcel));
    }
}

/// Returns the blocks of a parcel to their heap.
pub(super) fn post(parcel: Option<Parcel>) {
    let Some(Parcel { to, first, last, .. }) = parcel else { return };
    // SAFETY: heaps are never freed.
    let heap = unsafe { to.as_ref() };
    // SAFETY: linked by `add`; blocks of this heap.
    unsafe { heap.post(first, last) };
}
