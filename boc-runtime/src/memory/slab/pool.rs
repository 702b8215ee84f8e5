//! Owns: heaps whose threads have ended, and empty pages. README.md, "Hand-over".

#![expect(unsafe_code, reason = "passes heaps and pages from thread to thread")]

use std::ptr::NonNull;

use crate::sync::{Mutex, global};

use super::heap::Heap;
use super::page::{PAGE, Page};

/// How much memory the pool keeps in empty pages; what is above goes back to the global allocator.
const KEPT: usize = 128 << 20;

global!(static POOL: Mutex<Pool> = Mutex::new(Pool { heaps: Vec::new(), pages: Vec::new() }));

#[derive(Debug)]
struct Pool {
    heaps: Vec<NonNull<Heap>>,
    pages: Vec<NonNull<Page>>,
}

// SAFETY: nobody else uses what is in the pool (SLAB-1, SLAB-4), and edge A2 orders its users.
unsafe impl Send for Pool {}

/// A heap for a thread that has none: one whose thread has ended, or a new one.
pub(super) fn adopt_heap() -> NonNull<Heap> {
    let adopted = POOL.lock().heaps.pop();
    // Never freed: blocks name their heap for as long as they are out.
    adopted.unwrap_or_else(Heap::make)
}

/// Takes the heap of a thread that ends.
///
/// # Safety
/// The caller's thread has the heap, and does not use it any more.
pub(super) unsafe fn give_up_heap(heap: NonNull<Heap>) {
    POOL.lock().heaps.push(heap);
}

/// An empty page.
pub(super) fn empty_page() -> NonNull<Page> {
    let kept = POOL.lock().pages.pop();
    kept.unwrap_or_else(Page::allocate)
}

/// Takes an empty page.
///
/// # Safety
/// The page is empty (SLAB-4), in no list, and nobody uses it.
pub(super) unsafe fn keep_page(page: NonNull<Page>) {
    let mut pool = POOL.lock();
    if pool.pages.len() < KEPT / PAGE {
        return pool.pages.push(page);
    }
    drop(pool);
    // SAFETY: the caller's duty.
    unsafe { Page::deallocate(page) };
}
