//! Owns: one page: its header, its free list, its count. README.md, "Parts".

#![expect(unsafe_code, reason = "blocks lie in a page's memory, which is found by masking addresses")]

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::heap::Heap;
use super::source;

/// The size of a page, and its alignment.
pub(super) const PAGE: usize = if cfg!(all(test, loom)) { 1024 } else { 64 * 1024 };
const LAYOUT: Layout = match Layout::from_size_align(PAGE, PAGE) {
    Ok(layout) => layout,
    Err(_) => panic!("a power of two"),
};

/// A block on its page's list.
#[derive(Debug)]
struct Free {
    next: Cell<*mut Free>,
}

/// Where a page stands in its heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Blocks come from here.
    Current,
    /// In the list of pages with room.
    WithRoom,
    /// In no list: all of its blocks were out when it was last looked at.
    Full,
}

/// The header of a page.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Page {
    /// SLAB-2. Other threads read this and `size`.
    heap: NonNull<Heap>,
    free: Cell<*mut Free>,
    /// Blocks that are out or in a parcel.
    used: Cell<u32>,
    /// The offset of the first block that was never used, and the end of the last block.
    fresh: Cell<u32>,
    end: u32,
    size: u32,
    pub(super) standing: Cell<Standing>,
    pub(super) previous: Cell<*mut Page>,
    pub(super) next: Cell<*mut Page>,
}

impl Page {
    /// Memory for a page. Aborts if there is none, as `Box::new` does.
    pub(super) fn allocate() -> NonNull<Page> {
        // SAFETY: not of size zero.
        unsafe { source::allocate(LAYOUT) }.cast()
    }

    /// # Safety
    /// From [`Page::allocate`], empty (SLAB-4) and in no list.
    pub(super) unsafe fn deallocate(page: NonNull<Page>) {
        // SAFETY: allocated with this layout (caller).
        unsafe { source::deallocate(page.cast(), LAYOUT) };
    }

    /// Makes it an empty page of blocks of `size` bytes, the current one of its class in `heap`.
    ///
    /// # Safety
    /// From [`Page::allocate`], and nobody uses it.
    pub(super) unsafe fn set_up(page: NonNull<Page>, heap: NonNull<Heap>, size: usize) {
        let first = size_of::<Page>().next_multiple_of(size.min(64));
        let end = first + (PAGE - first) / size * size;
        let header = Page {
            heap,
            free: Cell::new(ptr::null_mut()),
            used: Cell::new(0),
            fresh: Cell::new(first as u32),
            end: end as u32,
            size: size as u32,
            standing: Cell::new(Standing::Current),
            previous: Cell::new(ptr::null_mut()),
            next: Cell::new(ptr::null_mut()),
        };
        // SAFETY: the caller's page, which has room for its header.
        unsafe { page.write(header) };
    }

    /// The page that a block lies in.
    #[inline]
    pub(super) fn of(block: NonNull<u8>) -> NonNull<Page> {
        let page = block.as_ptr().map_addr(|addr| addr & !(PAGE - 1)).cast();
        // SAFETY: no page starts at address 0.
        unsafe { NonNull::new_unchecked(page) }
    }

    /// The heap that a block's page belongs to; may be asked by any thread that has the block.
    ///
    /// # Safety
    /// A block of `page` is out, and the caller's.
    #[inline]
    pub(super) unsafe fn heap_of(page: NonNull<Page>) -> NonNull<Heap> {
        // SAFETY: the page is there, a block of it is out; no reference is made.
        let heap = unsafe { &raw const (*page.as_ptr()).heap };
        // SAFETY: SLAB-2; reads this field only.
        unsafe { heap.read() }
    }

    /// How long its blocks are; may be asked by any thread that has one of them.
    ///
    /// # Safety
    /// A block of `page` is out, and the caller's.
    pub(super) unsafe fn size_of_blocks(page: NonNull<Page>) -> usize {
        // SAFETY: the page is there, a block of it is out; no reference is made.
        let size = unsafe { &raw const (*page.as_ptr()).size };
        // SAFETY: SLAB-2; reads this field only.
        unsafe { size.read() as usize }
    }

    /// Takes a block.
    #[inline]
    pub(super) fn take(&self) -> Option<NonNull<u8>> {
        if let Some(block) = NonNull::new(self.free.get()) {
            // SAFETY: SLAB-3: on our list, so it is a link.
            self.free.set(unsafe { block.as_ref() }.next.get());
            self.used.set(self.used.get() + 1);
            return Some(block.cast());
        }
        let fresh = self.fresh.get();
        if fresh == self.end {
            return None;
        }
        self.fresh.set(fresh + self.size);
        self.used.set(self.used.get() + 1);
        // SAFETY: within the page: below `end`.
        Some(unsafe { NonNull::from(self).cast::<u8>().byte_add(fresh as usize) })
    }

    /// Puts a block onto the list.
    ///
    /// # Safety
    /// The block is of this page, and nobody uses it any more.
    #[inline]
    pub(super) unsafe fn put(&self, block: NonNull<u8>) {
        let block = block.cast::<Free>();
        // SAFETY: the block is ours (caller), 16-aligned and at least 16 bytes long.
        unsafe { block.write(Free { next: Cell::new(self.free.get()) }) };
        self.free.set(block.as_ptr());
        self.used.set(self.used.get() - 1);
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.used.get() == 0
    }

    pub(super) fn has_room(&self) -> bool {
        !self.free.get().is_null() || self.fresh.get() != self.end
    }

    pub(super) fn block_size(&self) -> usize {
        self.size as usize
    }
}
