//! Owns: what a thread has freed for another: README.md, "A block's life", 3.

#![expect(unsafe_code, reason = "lists blocks that nobody uses")]

use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::sync::thread_local;

use super::heap::{CLASSES, Heap, STEP};
use super::page::Page;

/// How many blocks go in one parcel.
const FULL: usize = if cfg!(all(test, any(loom, shuttle))) { 2 } else { 62 };

/// One for each class of blocks.
type Parcels = [Cell<*mut Parcel>; CLASSES + 1];

thread_local! {
    /// This thread's; null if there is none.
    static PARCELS: Parcels = const { [const { Cell::new(ptr::null_mut()) }; CLASSES + 1] };
    /// Its destructor runs when the thread ends: from then on parcels are posted at once.
    static ENDING: Ending = const { Ending(()) };
}

struct Ending(());

impl Drop for Ending {
    fn drop(&mut self) {
        post_own();
    }
}

/// Blocks of one class of one heap. A list of addresses, not a chain of links: the heap's thread reads it without touching
/// blocks that are in the cache of another.
#[derive(Debug)]
pub(super) struct Parcel {
    pub(super) next: *mut Parcel,
    to: NonNull<Heap>,
    class: usize,
    len: usize,
    blocks: [*mut u8; FULL],
}

impl Parcel {
    pub(super) fn class(&self) -> usize {
        self.class
    }

    /// Takes a block out.
    #[inline]
    pub(super) fn take(&mut self) -> Option<NonNull<u8>> {
        self.len = self.len.checked_sub(1)?;
        NonNull::new(self.blocks[self.len])
    }
}

/// Puts a block into this thread's parcel.
///
/// # Safety
/// A block of `to`, which is not this thread's heap; nobody uses it any more.
#[inline(never)]
pub(super) unsafe fn add(to: NonNull<Heap>, block: NonNull<u8>) {
    // SAFETY: the block is out until now, and the caller's.
    let class = unsafe { Page::size_of_blocks(Page::of(block)) } / STEP;
    let mut own = PARCELS.with(|parcels| parcels[class].get());
    // SAFETY: this thread's, so it is there and nobody else uses it.
    if unsafe { own.as_ref() }.is_none_or(|parcel| parcel.to != to) {
        post_own_of(class);
        let (next, blocks) = (ptr::null_mut(), [ptr::null_mut(); FULL]);
        own = Box::into_raw(Box::new(Parcel { next, to, class, len: 0, blocks }));
        PARCELS.with(|parcels| parcels[class].set(own));
    }
    // SAFETY: as above, and not null.
    let parcel = unsafe { &mut *own };
    parcel.blocks[parcel.len] = block.as_ptr();
    parcel.len += 1;
    if parcel.len == FULL || ENDING.try_with(|_| ()).is_err() {
        post_own_of(class);
    }
}

/// Returns the blocks of this thread's parcels to their heaps.
pub(super) fn post_own() {
    (0..=CLASSES).for_each(post_own_of);
}

fn post_own_of(class: usize) {
    // There, but at the end of a model's thread.
    let Ok(parcel) = PARCELS.try_with(|parcels| parcels[class].replace(ptr::null_mut())) else { return };
    let Some(parcel) = NonNull::new(parcel) else { return };
    // SAFETY: this thread's until it is posted.
    let to = unsafe { parcel.as_ref() }.to;
    // SAFETY: heaps are never freed.
    let heap = unsafe { to.as_ref() };
    // SAFETY: from `Box::into_raw`; blocks of this heap, which nobody uses.
    unsafe { heap.post(parcel) };
}
