//! Owns: the header of a block and its counts.

#![expect(unsafe_code, reason = "reference counting over blocks of different types")]

use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::failure::Failure;
use crate::later;
use crate::queue::Queue;
use crate::sync::{AtomicU32, Ordering, PlainAtomicPtr};

/// The start of every block.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Header {
    /// First, so that a pointer to the queue is a pointer to the header.
    pub(crate) queue: Queue,
    strong: AtomicU32,
    weak: AtomicU32,
    table: TableRef,
}

/// Which table a block has. For a promise that is cancelled it is replaced, by one that differs in what becomes of
/// the body only.
#[derive(Debug)]
struct TableRef(
    // A model has nothing to try here: a table is a constant, so a pointer to either is good whenever it is read.
    PlainAtomicPtr<Table>,
);

impl TableRef {
    #[inline]
    fn new(table: &'static Table) -> TableRef {
        TableRef(PlainAtomicPtr::new(std::ptr::from_ref(table).cast_mut()))
    }

    #[inline]
    fn get(&self) -> &'static Table {
        // Relaxed: what it points to was never written.
        // SAFETY: made from a `&'static Table` in `new` and `set`, and only read.
        unsafe { &*self.0.load(Ordering::Relaxed) }
    }

    fn set(&self, table: &'static Table) {
        // Relaxed: as in `get`.
        self.0.store(std::ptr::from_ref(table).cast_mut(), Ordering::Relaxed);
    }
}

/// What depends on the type of a block.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Table {
    /// Whether the block is a pinned cown (then it starts with a `PinnedHeader`).
    pub(crate) pinned: bool,
    /// Whether the block may have weak handles. `false`: its end looks at the strong count only
    /// (see [`end_alone`]).
    pub(crate) weak: bool,
    /// The core of the behavior that fills the promise, which may be gone. `None`: no behavior
    /// does.
    pub(crate) core: Option<unsafe fn(NonNull<Header>) -> *const ()>,
    /// What skips the behavior that fills the promise; `None`: no behavior does. The block is alive.
    pub(crate) cancel: Option<unsafe fn(NonNull<Header>)>,
    /// What is in it, for reports.
    pub(crate) type_name: fn() -> &'static str,
    /// The value, or why there is none. The caller holds the cown.
    pub(crate) value: unsafe fn(NonNull<Header>) -> Result<NonNull<()>, Failure>,
    /// Moves the value out, leaving `Taken` behind; only promises have it. The caller holds the promise exclusively.
    pub(crate) take: unsafe fn(NonNull<Header>, out: NonNull<()>),
    /// Whether the value can be dropped by doing nothing: no user code runs, so it need not be put off. `None`: never.
    pub(crate) inert: Option<unsafe fn(NonNull<Header>) -> bool>,
    /// Drops the value: the strong count is zero. Returns whether the strong ones' weak count is to be given back.
    pub(crate) dispose: unsafe fn(NonNull<Header>) -> Disposal,
    /// Frees the memory: both counts are zero.
    pub(crate) free: unsafe fn(NonNull<Header>),
}

/// What became of a value whose last strong count is gone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Disposal {
    /// It is dropped.
    Done,
    /// It was sent to its own thread, and the weak count of the strong ones with it.
    SentHome,
}

/// Counts beyond this abort, as `Arc`'s do: only leaked handles get there.
pub(super) const MAX_COUNT: u32 = u32::MAX / 2;

#[cold]
fn too_many() -> ! {
    eprintln!("boc: more than {MAX_COUNT} handles of one cown or promise, aborting");
    std::process::abort()
}

impl Header {
    #[inline]
    pub(crate) fn new(table: &'static Table, queue: Queue, strong: u32, weak: u32) -> Header {
        Header {
            queue,
            strong: AtomicU32::new(strong),
            weak: AtomicU32::new(weak),
            table: TableRef::new(table),
        }
    }

    #[inline]
    pub(crate) fn table(&self) -> &'static Table {
        self.table.get()
    }

    /// Gives a behavior's promise another table: see [`TableRef`].
    pub(crate) fn set_table(&self, table: &'static Table) {
        self.table.set(table);
    }

    /// As if so many handles had been leaked.
    #[cfg(all(test, unix, not(any(loom, shuttle))))]
    pub(super) fn set_counts(&self, strong: u32, weak: u32) {
        // Relaxed: the test has the only handle.
        self.strong.store(strong, Ordering::Relaxed);
        self.weak.store(weak, Ordering::Relaxed);
    }

    /// The header that a queue starts.
    #[inline]
    pub(crate) fn of(queue: NonNull<Queue>) -> NonNull<Header> {
        queue.cast()
    }

    #[inline]
    pub(crate) fn retain(&self) {
        // Relaxed: the caller has a handle already; whoever it is given to synchronizes by that giving.
        if self.strong.fetch_add(1, Ordering::Relaxed) > MAX_COUNT {
            too_many();
        }
    }
}

impl Header {
    /// The first strong count of a block that was made with none, before its value: the caller owns
    /// it.
    pub(crate) fn first_strong(&self) {
        debug_assert_eq!(self.strong.load(Ordering::Relaxed), 0, "the block has strong counts already");
        // Release: pairs with the Acquire of `try_retain`, by which a weak handle finds the value.
        // A store loses no count: `try_retain` adds to no zero, and there is no strong handle.
        self.strong.store(1, Ordering::Release);
    }

    /// Takes a strong count if there is one.
    pub(super) fn try_retain(&self) -> bool {
        // Acquire: pairs with the Release of `first_strong`. A weak handle may be older than the
        // value (`new_cyclic`), so it may be given to this thread without it. What adds to the
        // count or subtracts in between continues that Release.
        let retained = self.strong.fetch_update(Ordering::Acquire, Ordering::Relaxed, |count| {
            (count != 0).then(|| if count > MAX_COUNT { too_many() } else { count + 1 })
        });
        retained.is_ok()
    }

    /// Takes the last strong count away, if the caller's is the last: nobody has the value but the caller.
    pub(crate) fn try_claim_last(&self) -> bool {
        // Acquire: pairs with the Release of those who gave theirs back.
        self.strong.compare_exchange(1, 0, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Whether the caller's strong count is the last one. Then nobody else can make another, but by upgrading a weak handle.
    #[inline]
    pub(crate) fn is_last(&self) -> bool {
        // Acquire: pairs with the Release of those who gave theirs back.
        self.strong.load(Ordering::Acquire) == 1
    }

    /// [`Weak`](super::Weak) only: it knows which blocks may have weak handles.
    pub(super) fn retain_weak(&self) {
        // Relaxed: as in `retain`.
        if self.weak.fetch_add(1, Ordering::Relaxed) > MAX_COUNT {
            too_many();
        }
    }
}

/// Takes a strong count.
///
/// # Safety
/// `header` is alive (the caller borrows a handle or holds the cown).
#[inline]
pub(crate) unsafe fn retain(header: NonNull<Header>) {
    // SAFETY: the caller's duty.
    unsafe { header.as_ref() }.retain();
}

/// Gives a strong count back; the last one drops the value, now or (inside another drop, or while cowns are being
/// released) soon after.
///
/// # Safety
/// The caller owns one strong count and uses the block no more.
#[inline]
pub(crate) unsafe fn release(header: NonNull<Header>) {
    // SAFETY: the caller's count keeps it alive.
    let this = unsafe { header.as_ref() };
    // Release: pairs with the Acquire of whoever takes the count to zero, in `end`.
    if this.strong.fetch_sub(1, Ordering::Release) == 1 {
        // SAFETY: nobody else has a strong count.
        unsafe { end(header) };
    }
}

/// Ends a block that only the caller knows, as [`release`] does, without an atomic.
///
/// INV-ALONE: a block that has one strong count, no weak handles, and no slot in its queue but the
/// caller's, is known to the owner of that count alone, and stays so: a strong count is made from
/// another one or from a weak handle, a weak handle from a strong count (`Weak::of`), and a slot
/// through a handle.
///
/// # Safety
/// 1. The caller owns the only strong count, and saw that with Acquire ([`Header::is_last`]).
/// 2. The table says that there are no weak handles (`Table::weak` is false).
/// 3. The block stands in no queue, and no slot stands in its queue.
#[inline]
pub(crate) unsafe fn end_alone(header: NonNull<Header>) {
    // SAFETY: the caller's count keeps it alive.
    let table = unsafe { header.as_ref() }.table();
    debug_assert!(!table.weak, "a block that may have weak handles ends by `release`");
    // SAFETY: INV-ALONE: the value is the caller's.
    if table.inert.is_some_and(|inert| unsafe { inert(header) }) {
        // SAFETY: INV-ALONE: no other reference to the block exists. Nothing in it needs a drop
        // (`inert`). The weak count of the strong ones is the last one, and goes with the memory.
        return unsafe { (table.free)(header) };
    }
    // SAFETY: INV-ALONE: the strong count, which is given up here, counts for zero: only its owner
    // could add to it.
    unsafe { later::dispose(header) };
}

/// # Safety
/// The strong count is zero, and the caller took it there.
#[inline(never)]
unsafe fn end(header: NonNull<Header>) {
    // SAFETY: nobody disposes of it but us.
    let this = unsafe { header.as_ref() };
    // Acquire: everything that the other handles' owners did comes before the drop. A load of the count, which continues
    // their Releases, and no fence: ThreadSanitizer does not understand fences.
    this.strong.load(Ordering::Acquire);
    // SAFETY: nobody else has a strong count.
    unsafe { later::dispose(header) };
}

/// Gives a weak count back; the last one frees the memory.
///
/// # Safety
/// The caller owns one weak count and uses the block no more.
pub(crate) unsafe fn release_weak(header: NonNull<Header>) {
    // SAFETY: the caller's weak count keeps the memory.
    let this = unsafe { header.as_ref() };
    // Acquire: pairs with the Release below, of all others. If ours is the only weak count nobody can make another.
    // Release: pairs with both Acquire loads.
    if this.weak.load(Ordering::Acquire) == 1 || this.weak.fetch_sub(1, Ordering::Release) == 1 {
        // Acquire: pairs with the Release above, of all others. No fence: see `end`.
        this.weak.load(Ordering::Acquire);
        // SAFETY: both counts are zero: nobody else knows the block.
        unsafe { (this.table().free)(header) };
    }
}

/// A borrowed block: like `&Header`, but good for the whole block that the header starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeaderRef<'a> {
    header: NonNull<Header>,
    _alive: PhantomData<&'a Header>,
}

// SAFETY: as `&Header`, whose words are atomic and whose table is immutable.
unsafe impl Send for HeaderRef<'_> {}
// SAFETY: as above.
unsafe impl Sync for HeaderRef<'_> {}

impl<'a> HeaderRef<'a> {
    /// # Safety
    /// The block stays alive for `'a`.
    pub(crate) unsafe fn new(header: NonNull<Header>) -> HeaderRef<'a> {
        HeaderRef { header, _alive: PhantomData }
    }

    pub(crate) fn as_ptr(self) -> NonNull<Header> {
        self.header
    }

    pub(crate) fn get(self) -> &'a Header {
        // SAFETY: alive for `'a` (`new`).
        unsafe { self.header.as_ref() }
    }
}
