//! Owns: the block of a pinned cown, and its value's place in the list of its home. README.md, "A
//! value's end".

#![expect(unsafe_code, reason = "the value lies behind a queue and stays on one thread")]

use std::cell::{Cell, UnsafeCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::cown::never_taken;
use crate::failure::Failure;
use crate::memory::{self, Disposal, Header, Table, release_weak};
use crate::queue::{Queue, Users};
use crate::unwind;

use super::cown::PinnedCown;
use super::home::{Dead, Home};
use super::local::{self, Local};

/// The start of a pinned cown's block.
#[repr(C)]
pub(crate) struct PinnedHeader {
    header: Header,
    home: Arc<Home>,
    drop_value: unsafe fn(NonNull<PinnedHeader>),
    // From here on the home thread's.
    previous: Cell<Option<NonNull<PinnedHeader>>>,
    next: Cell<Option<NonNull<PinnedHeader>>>,
    /// Whether the value is there, and in the list. Then the list has a weak count.
    pub(super) listed: Cell<bool>,
    /// Whether `MainThread::with` lends the value.
    pub(super) lent: Cell<bool>,
}

/// A pinned cown's block. `V` is a `T` that is not dropped with it (a `ManuallyDrop`, a
/// `MaybeUninit`): when a block is freed its value is gone, or was never there.
#[repr(C)]
struct PinnedBlock<V> {
    head: PinnedHeader,
    value: UnsafeCell<V>,
}

/// The table of the blocks with a `T` in them.
struct TableOf<T>(PhantomData<T>);

impl<T: 'static> TableOf<T> {
    const TABLE: Table = Table {
        pinned: true,
        weak: true,
        core: None,
        cancel: None,
        type_name: std::any::type_name::<PinnedCown<T>>,
        value: value::<T>,
        take: never_taken,
        inert: None,
        dispose,
        free: free::<T>,
    };
}

/// A block with room for a `T`, which is in it (then `V` is `ManuallyDrop<T>`) or not
/// (`MaybeUninit<T>`). It has two weak counts, of all handles together and of the list, and is not
/// listed yet.
pub(super) fn allocate<T: 'static, V>(local: &Local, strong: u32, value: V) -> NonNull<PinnedHeader> {
    const { assert!(size_of::<V>() == size_of::<T>() && align_of::<V>() == align_of::<T>()) };
    let head = PinnedHeader {
        header: Header::new(&TableOf::<T>::TABLE, Queue::idle(Users::mixed()), strong, 2),
        home: Arc::clone(local.home()),
        drop_value: drop_value::<T>,
        previous: Cell::new(None),
        next: Cell::new(None),
        listed: Cell::new(false),
        lent: Cell::new(false),
    };
    memory::put(PinnedBlock { head, value: UnsafeCell::new(value) }).cast()
}

/// The place of the value.
///
/// # Safety
/// `header` heads the block of a `PinnedCown<T>` whose memory is there.
pub(super) unsafe fn value_of<T>(header: NonNull<Header>) -> NonNull<T> {
    let block = header.cast::<PinnedBlock<ManuallyDrop<T>>>();
    // SAFETY: the caller's duty; makes no reference.
    let cell = unsafe { &raw const (*block.as_ptr()).value };
    // SAFETY: a field of a block is not null.
    unsafe { NonNull::new_unchecked(UnsafeCell::raw_get(cell).cast()) }
}

/// The list's weak count, which is given back even if the value's destructor panics.
#[must_use = "it owns a count"]
pub(super) struct Unlisted(NonNull<PinnedHeader>);

impl Drop for Unlisted {
    fn drop(&mut self) {
        // SAFETY: the list's count.
        unsafe { release_weak(self.0.cast()) };
    }
}

impl PinnedHeader {
    pub(crate) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// Puts the value on the list, to which the caller gives a weak count.
    ///
    /// # Safety
    /// Called at home, `local`. The value is there, and was not listed before.
    pub(super) unsafe fn list(this: NonNull<PinnedHeader>, local: &Local) {
        // SAFETY: made just now (caller).
        let head = unsafe { this.as_ref() };
        head.listed.set(true);
        let first = local.values.replace(Some(this));
        head.next.set(first);
        if let Some(first) = first {
            // SAFETY: listed, so its block is there; we are at home.
            unsafe { first.as_ref() }.previous.set(Some(this));
        }
    }

    /// Takes the value off the list, if it is there: then the value is the caller's, and the
    /// list's weak count.
    ///
    /// # Safety
    /// Called at home, `local`.
    pub(super) unsafe fn unlist(this: NonNull<PinnedHeader>, local: &Local) -> Option<Unlisted> {
        // SAFETY: the list's weak count keeps it, or the caller's.
        let head = unsafe { this.as_ref() };
        if !head.listed.replace(false) {
            return None;
        }
        let (previous, next) = (head.previous.get(), head.next.get());
        match previous {
            // SAFETY: listed.
            Some(previous) => unsafe { previous.as_ref() }.next.set(next),
            None => local.values.set(next),
        }
        if let Some(next) = next {
            // SAFETY: listed.
            unsafe { next.as_ref() }.previous.set(previous);
        }
        Some(Unlisted(this))
    }

    /// Drops the value, if it is still there, and takes it off the list.
    ///
    /// # Safety
    /// Called at home, `local`; no other code uses the value. The block may be gone on return.
    pub(super) unsafe fn end(this: NonNull<PinnedHeader>, local: &Local) {
        // SAFETY: the caller's duties.
        let Some(_listed) = (unsafe { Self::unlist(this, local) }) else { return };
        // SAFETY: the list's count keeps it.
        let drop_value = unsafe { this.as_ref() }.drop_value;
        // SAFETY: at home, once (`listed`), and no other code uses the value (caller).
        unsafe { drop_value(this) };
    }

    /// Ends a value that was sent home.
    ///
    /// # Safety
    /// As [`end`](Self::end); and the caller gives away the weak count of the strong handles.
    pub(super) unsafe fn bury(this: NonNull<PinnedHeader>, local: &Local) {
        // SAFETY: the caller's duties.
        unwind::contain(|| unsafe { Self::end(this, local) });
        // SAFETY: given away by the caller.
        unsafe { release_weak(this.cast()) };
    }
}

unsafe fn drop_value<T>(this: NonNull<PinnedHeader>) {
    // SAFETY: this function stands in the block of a `PinnedCown<T>` only.
    let value = unsafe { value_of::<T>(this.cast()) };
    // SAFETY: once, at home (caller).
    unsafe { value.drop_in_place() };
}

unsafe fn value<T>(header: NonNull<Header>) -> Result<NonNull<()>, Failure> {
    // SAFETY: this function stands in the table of `PinnedCown<T>` only. The value is there: its
    // home runs a body.
    Ok(unsafe { value_of::<T>(header) }.cast())
}

unsafe fn dispose(header: NonNull<Header>) -> Disposal {
    let this = header.cast::<PinnedHeader>();
    // SAFETY: the strong handles' weak count keeps it; only the shared part is touched away from
    // home.
    let home = unsafe { &raw const (*this.as_ptr()).home };
    // SAFETY: as above. A count of its own: the block may be gone once it is sent.
    let home = Arc::clone(unsafe { &*home });
    if !home.is_here() {
        return if home.send_dead(Dead::Cown(this)) { Disposal::SentHome } else { Disposal::Done };
    }
    if let Some(local) = local::of_this_thread().filter(|local| Arc::ptr_eq(local.home(), &home)) {
        // SAFETY: at home; there are no handles any more.
        unsafe { PinnedHeader::end(this, &local) };
    }
    // Otherwise the home is closed, or being closed, which ends every listed value.
    Disposal::Done
}

unsafe fn free<T>(header: NonNull<Header>) {
    let block = header.cast::<PinnedBlock<ManuallyDrop<T>>>();
    // SAFETY: both counts are zero, so only the caller knows the block; its value is gone, or was
    // never there.
    unsafe { block.drop_in_place() };
    // SAFETY: put in `allocate` (a `V` has the layout of a `ManuallyDrop<T>`), and used no more.
    unsafe { memory::free(block) };
}
