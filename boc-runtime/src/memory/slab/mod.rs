#![doc = include_str!("README.md")]
#![expect(unsafe_code, reason = "an allocator")]

mod heap;
#[cfg(all(test, loom))]
mod loom;
mod page;
mod parcel;
mod pool;
mod source;
#[cfg(test)]
mod tests;

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{self, NonNull};

use crate::queue::ALIGN;
use crate::sync::thread_local;

use heap::{CLASSES, Heap, STEP};
use page::Page;
#[cfg(all(test, shuttle))]
pub(crate) use source::arena;

/// The largest block that comes from a heap.
const LARGEST: usize = CLASSES * STEP;

/// A thread that waits keeps its heap if that has no more pages: 4 MiB. A larger one goes to the pool, where others tidy it.
const KEPT_WHILE_WAITING: usize = (4 << 20) / page::PAGE;
/// How many parcels a thread unpacks before it looks for something better to do: some 4000 blocks.
const SLICE: usize = 64;

thread_local! {
    /// The heap that this thread has; null before the first allocation, and when the thread is about to end.
    static HEAP: Cell<*const Heap> = const { Cell::new(ptr::null()) };
    static GIVE_BACK: GiveBack = const { GiveBack(()) };
}

/// Gives the thread's heap up when the thread ends.
struct GiveBack(());

impl Drop for GiveBack {
    fn drop(&mut self) {
        give_back();
    }
}

/// Parts with what this thread has.
fn give_back() {
    post_parcel();
    // There, but at the end of a model's thread.
    let Ok(heap) = HEAP.try_with(|heap| heap.replace(ptr::null())) else { return };
    if let Some(heap) = NonNull::new(heap.cast_mut()) {
        // SAFETY: this thread's, so it is there (heaps are never freed).
        unsafe { heap.as_ref() }.tidy();
        // SAFETY: `HEAP` is null from now on.
        unsafe { pool::give_up_heap(heap) };
    }
}

const fn is_small(layout: Layout) -> bool {
    !cfg!(any(boc_system_alloc, miri, all(test, loom))) && layout.size() <= LARGEST && layout.align() <= STEP
}

/// As the block needs it for the queue that it starts with.
fn aligned(layout: Layout) -> Layout {
    layout.align_to(ALIGN).expect("a block fits in memory")
}

// Small blocks lie at multiples of this.
const _: () = assert!(STEP % ALIGN == 0);

/// Memory for a block, aligned to [`ALIGN`] at least; aborts if there is none, as `Box::new` does.
#[inline]
pub(crate) fn allocate(layout: Layout) -> NonNull<u8> {
    if !is_small(layout) {
        return allocate_large(aligned(layout));
    }
    allocate_small(layout.size().div_ceil(STEP).max(1))
}

#[inline]
fn allocate_small(class: usize) -> NonNull<u8> {
    // SAFETY: heaps are never freed.
    match unsafe { HEAP.get().as_ref() } {
        Some(heap) => heap.allocate(class),
        None => allocate_first(class),
    }
}

/// Gives a block's memory back.
///
/// # Safety
/// From [`allocate`], with this layout; nobody uses it any more.
#[inline]
pub(crate) unsafe fn deallocate(block: NonNull<u8>, layout: Layout) {
    if !is_small(layout) {
        // SAFETY: from `allocate_large`, with this layout.
        return unsafe { source::deallocate(block, aligned(layout)) };
    }
    #[cfg(all(test, shuttle))]
    // SAFETY: the caller's to free.
    unsafe {
        spoil(block, layout);
    }
    // SAFETY: the caller's duty, and it is a small one.
    unsafe { deallocate_small(block) };
}

/// # Safety
/// From [`allocate_small`]; nobody uses it any more.
#[inline]
unsafe fn deallocate_small(block: NonNull<u8>) {
    // SAFETY: the caller's block is out.
    let owner = unsafe { Page::heap_of(Page::of(block)) };
    if ptr::eq(owner.as_ptr(), HEAP.get()) {
        // SAFETY: heaps are never freed, and this one is our thread's.
        let heap = unsafe { owner.as_ref() };
        // SAFETY: of one of its pages; the caller's to free.
        unsafe { heap.free(block) };
    } else {
        // SAFETY: a block of `owner`; the caller's to free.
        unsafe { parcel::add(owner, block) };
    }
}

/// A block with something in it.
#[inline]
pub(crate) fn put<T>(value: T) -> NonNull<T> {
    let block = allocate(Layout::new::<T>()).cast::<T>();
    // SAFETY: allocated with the layout of a `T`.
    unsafe { block.write(value) };
    block
}

/// Gives the memory of a block back, and drops nothing.
///
/// # Safety
/// From [`put`]; nobody uses it any more.
#[inline]
pub(crate) unsafe fn free<T>(block: NonNull<T>) {
    // SAFETY: allocated with this layout (caller).
    unsafe { deallocate(block.cast(), Layout::new::<T>()) };
}

/// Sends what this thread has freed for others to them: called by a worker that is about to sleep.
pub(crate) fn post_parcel() {
    parcel::post_own();
}

/// This thread's heap, if it has more pages than it may keep while it waits.
fn large_heap() -> Option<&'static Heap> {
    // SAFETY: heaps are never freed.
    unsafe { HEAP.get().as_ref() }.filter(|heap| heap.pages() > KEPT_WHILE_WAITING)
}

/// Called by a thread that is about to wait: parts with what it has freed for others, and with a large heap.
pub(crate) fn before_waiting() {
    post_parcel();
    if large_heap().is_some() {
        give_back();
    }
}

/// Called by a worker that is about to sleep: parts with a large heap, and unpacks some of what was returned to the heaps of threads
/// that wait or have ended. Whether it has done something that took time: then it looks for jobs before it comes again.
pub(crate) fn tidy_some() -> bool {
    if let Some(heap) = large_heap() {
        if heap.unpack_some(SLICE) {
            return true;
        }
        give_back();
    }
    pool::tidy_some(SLICE)
}

#[cold]
#[inline(never)]
fn allocate_large(layout: Layout) -> NonNull<u8> {
    // SAFETY: no block is of size zero: there is a header in it.
    unsafe { source::allocate(layout) }
}

/// Under shuttle: whoever looks at a block that has been freed finds nothing that makes sense.
///
/// # Safety
/// The caller's block, of this layout.
#[cfg(all(test, shuttle))]
unsafe fn spoil(block: NonNull<u8>, layout: Layout) {
    // SAFETY: the caller's.
    unsafe { block.write_bytes(0xd5, layout.size()) };
}

/// For a thread that has no heap: it has just begun, or is about to end.
#[cold]
#[inline(never)]
fn allocate_first(class: usize) -> NonNull<u8> {
    let heap = pool::adopt_heap();
    // SAFETY: heaps are never freed; this one is ours alone until it is given up.
    let block = unsafe { heap.as_ref() }.allocate(class);
    if GIVE_BACK.try_with(|_| ()).is_ok() {
        HEAP.set(heap.as_ptr());
    } else {
        // The destructors of the thread's locals run already: nobody would give it back.
        // SAFETY: ours, and used no more.
        unsafe { pool::give_up_heap(heap) };
    }
    block
}
