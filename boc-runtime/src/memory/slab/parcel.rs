//! Owns: what a thread has freed for another: README.md, "A block's life", 3.

#![expect(unsafe_code, reason = "lists blocks that nobody uses")]

use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::sync::thread_local;

use super::heap::Heap;

/// How many blocks go in one parcel.
const FULL: usize = if cfg!(all(test, any(loom, shuttle))) { 2 } else { 62 };

thread_local! {
    /// This thread's; null if there is none.
    static PARCEL: Cell<*mut Parcel> = const { Cell::new(ptr::null_mut()) };
    /// Its destructor runs when the thread ends: from then on parcels are posted at once.
    static ENDING: Ending = const { Ending(()) };
}

struct Ending(());

impl Drop for Ending {
    fn drop(&mut self) {
        post_own();
    }
}

/// Blocks of one heap. A list of addresses, not a chain of links: the heap's thread reads it without touching blocks that
/// are in the cache of another.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) next: *mut Parcel,
    to: NonNull<Heap>,
    blocks: Vec<NonNull<u8>>,
}

impl Parcel {
    /// Takes a block out.
    pub(super) fn take(&mut self) -> Option<NonNull<u8>> {
        self.blocks.pop()
    }
}

/// Puts a block into this thread's parcel.
///
/// # Safety
/// A block of `to`, which is not this thread's heap; nobody uses it any more.
#[inline(never)]
pub(super) unsafe fn add(to: NonNull<Heap>, block: NonNull<u8>) {
    let mut own = PARCEL.get();
    // SAFETY: this thread's, so it is there and nobody else uses it.
    if unsafe { own.as_ref() }.is_none_or(|parcel| parcel.to != to) {
        post_own();
        let blocks = Vec::with_capacity(FULL);
        own = Box::into_raw(Box::new(Parcel { next: ptr::null_mut(), to, blocks }));
        PARCEL.set(own);
    }
    // SAFETY: as above, and not null.
    let parcel = unsafe { &mut *own };
    parcel.blocks.push(block);
    if parcel.blocks.len() == FULL || ENDING.try_with(|_| ()).is_err() {
        post_own();
    }
}

/// Returns the blocks of this thread's parcel to their heap.
pub(super) fn post_own() {
    // There, but at the end of a model's thread.
    let Ok(parcel) = PARCEL.try_with(|parcel| parcel.replace(ptr::null_mut())) else { return };
    let Some(parcel) = NonNull::new(parcel) else { return };
    // SAFETY: this thread's until it is posted.
    let to = unsafe { parcel.as_ref() }.to;
    // SAFETY: heaps are never freed.
    let heap = unsafe { to.as_ref() };
    // SAFETY: from `Box::into_raw`; blocks of this heap, which nobody uses.
    unsafe { heap.post(parcel) };
}
