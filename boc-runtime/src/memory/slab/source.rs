//! Owns: where pages, and large blocks, come from: the global allocator.
//!
//! In an execution under shuttle they come from an arena that starts afresh with each: cowns are requested in the order of
//! their addresses, and a schedule can only be replayed if that is the same again.

#![expect(unsafe_code, reason = "an allocator")]

use std::alloc::{self, Layout};
use std::ptr::NonNull;

/// Aborts if there is no memory, as `Box::new` does.
///
/// # Safety
/// Not of size zero.
#[cfg(not(all(test, shuttle)))]
pub(super) unsafe fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: not of size zero (caller).
    let memory = unsafe { alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| alloc::handle_alloc_error(layout))
}

/// # Safety
/// From [`allocate`], with this layout; nobody uses it any more.
#[cfg(not(all(test, shuttle)))]
pub(super) unsafe fn deallocate(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: from the global allocator (caller).
    unsafe { alloc::dealloc(memory.as_ptr(), layout) };
}

#[cfg(all(test, shuttle))]
pub(super) use arena::{allocate, deallocate};

#[cfg(all(test, shuttle))]
pub(crate) mod arena {
    use super::*;
    use std::cell::Cell;

    /// Only what is touched of it takes memory.
    const LAYOUT: Layout = match Layout::from_size_align(256 << 20, 64 << 10) {
        Ok(layout) => layout,
        Err(_) => panic!("a power of two"),
    };

    std::thread_local! {
        /// One for each test; never freed.
        static START: NonNull<u8> = {
            // SAFETY: not of size zero.
            let memory = unsafe { alloc::alloc(LAYOUT) };
            NonNull::new(memory).unwrap_or_else(|| alloc::handle_alloc_error(LAYOUT))
        };
        static USED: Cell<usize> = const { Cell::new(0) };
    }

    /// Nobody uses anything in it any more: the execution is over.
    pub(crate) fn begin_execution() {
        USED.set(0);
    }

    /// # Safety
    /// None: of the same shape as the other.
    pub(in super::super) unsafe fn allocate(layout: Layout) -> NonNull<u8> {
        let start = USED.get().next_multiple_of(layout.align());
        USED.set(start + layout.size());
        assert!(layout.align() <= LAYOUT.align() && USED.get() <= LAYOUT.size(), "the arena is used up");
        // SAFETY: within the arena.
        unsafe { START.with(|&memory| memory).byte_add(start) }
    }

    /// # Safety
    /// From [`allocate`], with this layout; nobody uses it any more.
    pub(in super::super) unsafe fn deallocate(memory: NonNull<u8>, layout: Layout) {
        // SAFETY: nobody uses it (caller).
        unsafe { super::super::spoil(memory, layout) };
    }
}
