//! Owns: heaps whose threads have ended, and empty pages. README.md, "Hand-over".

#![expect(unsafe_code, reason = "passes heaps and pages from thread to thread")]

use std::ptr::NonNull;

use crate::sync::{AtomicBool, Mutex, Ordering, fence, global};

use super::heap::Heap;
use super::page::{PAGE, Page};

/// How much memory the pool keeps in empty pages; what is above goes back to the global allocator.
const KEPT: usize = 32 << 20;

global!(static POOL: Mutex<Pool> = Mutex::new(Pool { heaps: Vec::new(), pages: Vec::new() }));

// Whether blocks were returned to a heap in the pool since a thread last found none to unpack.
global!(static RETURNED: AtomicBool = AtomicBool::new(false));

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
    if let Some(heap) = adopted {
        // SAFETY: heaps are never freed.
        unsafe { heap.as_ref() }.set_idle(false);
    }
    // Never freed: blocks name their heap for as long as they are out.
    adopted.unwrap_or_else(Heap::make)
}

/// Takes the heap of a thread that ends, or waits.
///
/// # Safety
/// The caller's thread has the heap, and does not use it any more.
pub(super) unsafe fn give_up_heap(heap: NonNull<Heap>) {
    // SAFETY: heaps are never freed.
    unsafe { heap.as_ref() }.set_idle(true);
    // Pairs with the fence in `Heap::post`: either the look below finds the parcel, or the post finds the heap idle.
    fence(Ordering::SeqCst);
    let mut pool = POOL.lock();
    pool.heaps.push(heap);
    // What was posted before the heap was idle, or is left of a slice. Under the lock: it is found where the hint says.
    // SAFETY: as above; the pool's (SLAB-1).
    if unsafe { heap.as_ref() }.has_returns() {
        note_return();
    }
}

/// A parcel was posted to a heap in the pool.
pub(super) fn note_return() {
    // Relaxed: ordered by the fences of the callers. Stored only where it changes something: all threads that free read it.
    if !RETURNED.load(Ordering::Relaxed) {
        RETURNED.store(true, Ordering::Relaxed);
    }
}

/// Unpacks some parcels of one of the heaps here, so that its pages become empty. Whether there were any.
pub(super) fn tidy_some(parcels: usize) -> bool {
    // Relaxed: ordered by the fence below, or seen by the next worker that comes here.
    if !RETURNED.load(Ordering::Relaxed) {
        return false;
    }
    // Relaxed: ordered by the fence.
    RETURNED.store(false, Ordering::Relaxed);
    // Pairs with the fence in `Heap::post`: either the looks below find the parcel, or the post finds the hint taken back.
    fence(Ordering::SeqCst);
    let heap = {
        let mut pool = POOL.lock();
        // SAFETY: heaps are never freed; those here are the pool's (SLAB-1).
        let with_returns = pool.heaps.iter().position(|heap| unsafe { heap.as_ref() }.has_returns());
        let Some(place) = with_returns else { return false };
        pool.heaps.swap_remove(place)
    };
    // Other heaps may have parcels too.
    note_return();
    // SAFETY: heaps are never freed; it was the pool's, and is this thread's now (SLAB-1).
    let unpacked = unsafe { heap.as_ref() }.unpack_some(parcels);
    // SAFETY: this thread's, which uses it no more.
    unsafe { give_up_heap(heap) };
    unpacked
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
