//! Owns: one thread's pages, and the list of blocks that other threads return. README.md, "A block's life".

#![expect(unsafe_code, reason = "walks lists of pages and blocks")]

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{self, NonNull};

use crossbeam_utils::CachePadded;

use crate::sync::{AtomicBool, AtomicPtr, Ordering, fence};

use super::page::{Page, Standing};
use super::parcel::Parcel;
use super::{pool, source};

/// Blocks of a class are `16 * class` bytes long.
pub(super) const STEP: usize = 16;
/// The largest class; class 0 is not used.
pub(super) const CLASSES: usize = 32;

/// See README.md.
#[derive(Debug)]
pub(super) struct Heap {
    classes: [Class; CLASSES + 1],
    /// Taken from `returned`, and not looked at yet.
    taken: Cell<*mut Parcel>,
    /// How many pages it has.
    pages: Cell<usize>,
    returned: CachePadded<Returned>,
}

/// What other threads write to.
#[derive(Debug)]
struct Returned {
    parcels: AtomicPtr<Parcel>,
    /// The heap lies in the pool: a post is told to the threads that tidy there.
    idle: AtomicBool,
}

/// The pages of one size of blocks, but for full ones.
#[derive(Debug)]
struct Class {
    current: Cell<*mut Page>,
    with_room: Cell<*mut Page>,
    /// A parcel whose blocks are used as they are, when the current page is full.
    opened: Cell<*mut Parcel>,
}

impl Heap {
    /// A new heap.
    pub(super) fn make() -> NonNull<Heap> {
        // SAFETY: not of size zero.
        let heap = unsafe { source::allocate(Layout::new::<Heap>()) }.cast();
        // SAFETY: allocated with this layout.
        unsafe { heap.write(Heap::new()) };
        heap
    }

    fn new() -> Heap {
        let class = || Class {
            current: Cell::new(ptr::null_mut()),
            with_room: Cell::new(ptr::null_mut()),
            opened: Cell::new(ptr::null_mut()),
        };
        Heap {
            classes: std::array::from_fn(|_| class()),
            taken: Cell::new(ptr::null_mut()),
            pages: Cell::new(0),
            returned: CachePadded::new(Returned {
                parcels: AtomicPtr::new(ptr::null_mut()),
                idle: AtomicBool::new(false),
            }),
        }
    }

    /// A block of `16 * class` bytes. Only the thread that has the heap calls this (SLAB-1).
    #[inline]
    pub(super) fn allocate(&self, class: usize) -> NonNull<u8> {
        // SAFETY: a current page is there (SLAB-1, and it never goes to the pool).
        let page = unsafe { self.classes[class].current.get().as_ref() };
        match page.and_then(Page::take) {
            Some(block) => block,
            None => self.allocate_slowly(class),
        }
    }

    #[cold]
    #[inline(never)]
    fn allocate_slowly(&self, class: usize) -> NonNull<u8> {
        if let Some(block) = self.take_from_parcel(class) {
            return block;
        }
        let Class { current, with_room, .. } = &self.classes[class];
        // SAFETY: as in `allocate`.
        if let Some(page) = unsafe { current.get().as_ref() } {
            page.standing.set(Standing::Full);
        }
        let page = match NonNull::new(with_room.get()) {
            Some(page) => {
                // SAFETY: a page of a list is there.
                let listed = unsafe { page.as_ref() };
                self.unlist(listed);
                listed.standing.set(Standing::Current);
                page
            }
            None => {
                let page = pool::empty_page();
                self.pages.set(self.pages.get() + 1);
                // SAFETY: from the pool, or new.
                unsafe { Page::set_up(page, NonNull::from(self), class * STEP) };
                page
            }
        };
        current.set(page.as_ptr());
        // SAFETY: as above.
        unsafe { page.as_ref() }.take().expect("a page that is empty or has room")
    }

    /// Takes a block back. Only the thread that has the heap calls this.
    ///
    /// # Safety
    /// The block is of one of this heap's pages, and nobody uses it any more.
    #[inline]
    pub(super) unsafe fn free(&self, block: NonNull<u8>) {
        // SAFETY: a block of it was out until now, so the page is there (SLAB-4).
        let page = unsafe { Page::of(block).as_ref() };
        // SAFETY: of this page (caller).
        unsafe { page.put(block) };
        if page.standing.get() != Standing::Current
            && (page.is_empty() || page.standing.get() == Standing::Full)
        {
            self.page_changed(page);
        }
    }

    /// A page that is not the current one has got room, or is empty.
    #[cold]
    fn page_changed(&self, page: &Page) {
        if !page.is_empty() {
            page.standing.set(Standing::WithRoom);
            self.list(page);
            return;
        }
        if page.standing.get() == Standing::WithRoom {
            self.unlist(page);
        }
        self.pages.set(self.pages.get() - 1);
        // SAFETY: empty (SLAB-4), and in no list.
        unsafe { pool::keep_page(NonNull::from(page)) };
    }

    fn class_of(&self, page: &Page) -> &Class {
        &self.classes[page.block_size() / STEP]
    }

    fn list(&self, page: &Page) {
        let this = ptr::from_ref(page).cast_mut();
        let first = self.class_of(page).with_room.replace(this);
        page.previous.set(ptr::null_mut());
        page.next.set(first);
        // SAFETY: a page of the list is there.
        if let Some(first) = unsafe { first.as_ref() } {
            first.previous.set(this);
        }
    }

    fn unlist(&self, page: &Page) {
        // SAFETY: the neighbours of a listed page are there.
        match unsafe { page.previous.get().as_ref() } {
            Some(previous) => previous.next.set(page.next.get()),
            None => self.class_of(page).with_room.set(page.next.get()),
        }
        // SAFETY: as above.
        if let Some(next) = unsafe { page.next.get().as_ref() } {
            next.previous.set(page.previous.get());
        }
    }

    /// Posts a parcel: README.md, 3. Any thread may call this.
    ///
    /// # Safety
    /// The caller's parcel, from `Box::into_raw`; its blocks are of this heap, and nobody uses them any more.
    pub(super) unsafe fn post(&self, mut parcel: NonNull<Parcel>) {
        // Relaxed: only compared, and linked to.
        let mut head = self.returned.parcels.load(Ordering::Relaxed);
        loop {
            // SAFETY: ours until the exchange succeeds.
            unsafe { parcel.as_mut() }.next = head;
            // Release: edge A1. Relaxed on failure: tried again.
            let posted = self.returned.parcels.compare_exchange(
                head,
                parcel.as_ptr(),
                Ordering::Release,
                Ordering::Relaxed,
            );
            match posted {
                Ok(_) => break,
                Err(found) => head = found,
            }
        }
        // Pairs with the fences of the pool.
        fence(Ordering::SeqCst);
        // Relaxed: ordered by the fence.
        if self.returned.idle.load(Ordering::Relaxed) {
            pool::note_return();
        }
    }

    /// Whether the heap lies in the pool from now on.
    pub(super) fn set_idle(&self, idle: bool) {
        // Relaxed: ordered by the fence that follows where the heap is given up.
        self.returned.idle.store(idle, Ordering::Relaxed);
    }

    /// How many pages the heap has. Only the thread that has the heap calls this.
    pub(super) fn pages(&self) -> usize {
        self.pages.get()
    }

    /// Whether parcels wait to be unpacked. Only the thread that has the heap calls this, or under the pool's lock.
    pub(super) fn has_returns(&self) -> bool {
        // Relaxed: only whether there are any.
        !self.taken.get().is_null() || !self.returned.parcels.load(Ordering::Relaxed).is_null()
    }

    /// Unpacks some parcels. Whether there were any. Only the thread that has the heap calls this.
    pub(super) fn unpack_some(&self, most: usize) -> bool {
        let parcels = std::iter::from_fn(|| self.next_parcel()).take(most);
        parcels.map(|parcel| self.unpack(parcel)).count() != 0
    }

    /// A block that has come back, as it is: its memory may be in the cache of another, and is better touched when it is needed.
    fn take_from_parcel(&self, class: usize) -> Option<NonNull<u8>> {
        let opened = &self.classes[class].opened;
        loop {
            // SAFETY: a heap's parcel is there, and ours alone.
            if let Some(parcel) = unsafe { opened.get().as_mut() } {
                match parcel.take() {
                    Some(block) => return Some(block),
                    None => self.close(class),
                }
            }
            let parcel = self.next_parcel()?;
            // SAFETY: as above.
            let place = &self.classes[unsafe { parcel.as_ref() }.class()].opened;
            // SAFETY: as above.
            if unsafe { place.get().as_ref() }.is_some() {
                self.unpack(parcel);
            } else {
                place.set(parcel.as_ptr());
            }
        }
    }

    /// One of the parcels that were posted.
    fn next_parcel(&self) -> Option<NonNull<Parcel>> {
        // Relaxed: a look, so that nothing is written if there is nothing.
        if self.taken.get().is_null() && !self.returned.parcels.load(Ordering::Relaxed).is_null() {
            // Acquire: edge A1.
            self.taken.set(self.returned.parcels.swap(ptr::null_mut(), Ordering::Acquire));
        }
        let parcel = NonNull::new(self.taken.get())?;
        // SAFETY: posted, and taken by us.
        self.taken.set(unsafe { parcel.as_ref() }.next);
        Some(parcel)
    }

    /// Puts the blocks of a parcel onto their pages' lists.
    fn unpack(&self, parcel: NonNull<Parcel>) {
        // SAFETY: ours, from `Box::into_raw`, and in no list any more.
        let mut parcel = unsafe { Box::from_raw(parcel.as_ptr()) };
        while let Some(block) = parcel.take() {
            // SAFETY: of this heap (`post`).
            unsafe { self.free(block) };
        }
    }

    /// The same with the opened parcel of a class.
    fn close(&self, class: usize) {
        if let Some(parcel) = NonNull::new(self.classes[class].opened.replace(ptr::null_mut())) {
            self.unpack(parcel);
        }
    }

    /// Before the heap goes to the pool: takes back what was returned, and parts with pages that are empty.
    pub(super) fn tidy(&self) {
        (0..=CLASSES).for_each(|class| self.close(class));
        while let Some(parcel) = self.next_parcel() {
            self.unpack(parcel);
        }
        for class in &self.classes {
            // SAFETY: as in `allocate`.
            let Some(page) = (unsafe { class.current.replace(ptr::null_mut()).as_ref() }) else { continue };
            page.standing.set(Standing::Full);
            if page.is_empty() || page.has_room() {
                self.page_changed(page);
            }
        }
    }
}
