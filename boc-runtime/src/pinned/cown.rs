//! Owns: [`PinnedCown`] and its block. README.md, "A value's end".

#![expect(unsafe_code, reason = "the value lies behind a queue and stays on one thread")]

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::cown::never_taken;
use crate::failure::Failure;
use crate::memory::{self, Disposal, Header, HeaderRef, Invariant, Table, identity, release_weak};
use crate::queue::{Queue, Users};
use crate::sched::Lending;
use crate::sync::thread::ThreadId;
use crate::unwind;

use super::home::{Dead, Home};
use super::local::{self, Local};
use super::main_thread::{MainThread, Why};

/// A cown whose value stays on the thread that made it: a window, a GPU context, an `Rc`.
///
/// The handle can be sent and shared whatever the value is. A behavior that requests a pinned cown, with `pinned`, alone
/// or together with other cowns, runs on the cown's thread when that thread [pumps](MainThread::pump). The value
/// is dropped there too, wherever the last handle is dropped.
///
/// The idea, and the name, are those of bocpy's pinned cowns.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::rc::Rc;
/// use boc::{Cown, MainThread, PinnedCown, pinned, when};
///
/// let main = MainThread::claim().unwrap();
/// let log = PinnedCown::new(&main, Rc::new(std::cell::RefCell::new(Vec::new())));
/// let numbers = Cown::new(vec![1, 2, 3]);
///
/// let sum = when(&numbers, |numbers| numbers.iter().sum::<i32>()); // on a worker
/// when((&sum, pinned(&log)), |(sum, log)| log.borrow_mut().push(*sum)); // here, when we pump
///
/// let entries = when(pinned(&log), |log| log.borrow().clone()).join(); // waiting pumps
/// assert_eq!(entries.unwrap(), [6]);
/// ```
///
/// Without `pinned` it is no request:
///
/// ```compile_fail,E0277
/// # extern crate boc_runtime as boc;
/// # use boc::{MainThread, PinnedCown, when};
/// let main = MainThread::claim().unwrap();
/// let canvas = PinnedCown::new(&main, 1);
/// when(&canvas, |canvas| ());
/// ```
pub struct PinnedCown<T> {
    block: NonNull<PinnedBlock<T>>,
    /// Invariant in `T`: a request of the handle, or `MainThread::with`, may write the value.
    _value: Invariant<T>,
}

/// The start of a pinned cown's block.
#[repr(C)]
pub(crate) struct PinnedHeader {
    header: Header,
    home: Arc<Home>,
    drop_value: unsafe fn(NonNull<PinnedHeader>),
    // From here on the home thread's.
    previous: Cell<Option<NonNull<PinnedHeader>>>,
    next: Cell<Option<NonNull<PinnedHeader>>>,
    /// Whether the value is there, and in the list.
    listed: Cell<bool>,
    /// Whether `MainThread::with` lends the value.
    lent: Cell<bool>,
}

#[repr(C)]
struct PinnedBlock<T> {
    head: PinnedHeader,
    value: UnsafeCell<ManuallyDrop<T>>,
}

// SAFETY: a handle reaches the value only through pinned requests, whose bodies run at home, and `MainThread::with`, which
// needs the home's token; the value is dropped at home. What other threads touch of the block is atomic or immutable.
unsafe impl<T> Send for PinnedCown<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for PinnedCown<T> {}

impl<T> std::panic::UnwindSafe for PinnedCown<T> {}
impl<T> std::panic::RefUnwindSafe for PinnedCown<T> {}

impl<T: 'static> PinnedCown<T> {
    const TABLE: Table = Table {
        pinned: true,
        weak: true,
        core: None,
        type_name: std::any::type_name::<PinnedCown<T>>,
        value: value::<T>,
        take: never_taken,
        inert: None,
        dispose,
        free: free::<T>,
    };

    /// Pins a value to the calling thread.
    pub fn new(main: &MainThread, value: T) -> PinnedCown<T> {
        let local = main.local();
        // Two weak counts: of all handles together, and of the list.
        let header = Header::new(&Self::TABLE, Queue::idle(Users::mixed()), 1, 2);
        let head = PinnedHeader {
            header,
            home: Arc::clone(local.home()),
            drop_value: drop_value::<T>,
            previous: Cell::new(None),
            next: Cell::new(local.values.get()),
            listed: Cell::new(true),
            lent: Cell::new(false),
        };
        let block = memory::put(PinnedBlock { head, value: UnsafeCell::new(ManuallyDrop::new(value)) });
        let listed = block.cast::<PinnedHeader>();
        if let Some(first) = local.values.replace(Some(listed)) {
            // SAFETY: listed, so its block is there; we are at home.
            unsafe { first.as_ref() }.previous.set(Some(listed));
        }
        let cown = PinnedCown { block, _value: PhantomData };
        memory::note(cown.header_ref());
        cown
    }

    /// Lends the value on its thread.
    ///
    /// # Errors
    /// If it is lent already, or gone.
    ///
    /// # Safety
    /// Called at home. That is not closed before `user` returns, but by an end of the thread's
    /// thread-locals under which the stack stays where it is (`exit` in `user`).
    pub(super) unsafe fn lend<R>(&self, _: &Lending, user: impl FnOnce(&mut T) -> R) -> Result<R, Why> {
        struct GiveBack<'c>(&'c Cell<bool>);
        impl Drop for GiveBack<'_> {
            fn drop(&mut self) {
                self.0.set(false);
            }
        }
        // SAFETY: this handle keeps the block alive; at home (caller), whose cells these are.
        let head = unsafe { &(*self.block.as_ptr()).head };
        if !head.listed.get() {
            return Err(Why::Ended);
        }
        if head.lent.replace(true) {
            return Err(Why::Lent);
        }
        let _give_back = GiveBack(&head.lent);
        // SAFETY: as above.
        let value = unsafe { Self::value_of(self.header()) }.as_ptr();
        // SAFETY: there (`listed`), and at home (caller), where the value is used by three kinds of
        // code. A body: none runs, and none begins before `user` returns, for the `Lending` shuts
        // the gate of this thread (sched/gate.rs). Another loan: `lent`. The value's end: that of
        // the last handle is not now; the home is not closed before `user` returns (caller), and an
        // end of the thread before that leaves values alone (`Local::close` looks at the gate).
        Ok(user(unsafe { &mut *value }))
    }
}

impl<T> PinnedCown<T> {
    /// The thread on which the value lives.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{MainThread, PinnedCown};
    ///
    /// let main = MainThread::claim().unwrap();
    /// assert_eq!(PinnedCown::new(&main, 1).home(), std::thread::current().id());
    /// ```
    pub fn home(&self) -> ThreadId {
        self.head().home.thread()
    }

    fn head(&self) -> &PinnedHeader {
        // SAFETY: this handle keeps the block alive; the head's cells are touched at home only.
        unsafe { self.block.cast().as_ref() }
    }

    pub(super) fn is_at(&self, home: &Arc<Home>) -> bool {
        Arc::ptr_eq(&self.head().home, home)
    }

    fn header(&self) -> NonNull<Header> {
        self.block.cast()
    }

    pub(crate) fn header_ref(&self) -> HeaderRef<'_> {
        // SAFETY: this handle keeps the block alive.
        unsafe { HeaderRef::new(self.header()) }
    }

    /// # Safety
    /// `header` heads the block of a `PinnedCown<T>` that is alive.
    unsafe fn value_of(header: NonNull<Header>) -> NonNull<T> {
        let block = header.cast::<PinnedBlock<T>>();
        // SAFETY: the caller's duty; makes no reference.
        let cell = unsafe { &raw const (*block.as_ptr()).value };
        // SAFETY: a field of a live block is not null.
        unsafe { NonNull::new_unchecked(UnsafeCell::raw_get(cell).cast()) }
    }
}

impl PinnedHeader {
    pub(crate) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    /// Drops the value, if it is still there, and takes it off the list.
    ///
    /// # Safety
    /// Called at home, `local`; nobody uses the value. The block may be gone on return.
    pub(super) unsafe fn end(this: NonNull<PinnedHeader>, local: &Local) {
        /// Gives the list's weak count back even if the value's destructor panics.
        struct Unlisted(NonNull<PinnedHeader>);
        impl Drop for Unlisted {
            fn drop(&mut self) {
                // SAFETY: the list's count.
                unsafe { release_weak(self.0.cast()) };
            }
        }
        // SAFETY: the list's weak count keeps it, or the caller's.
        let head = unsafe { this.as_ref() };
        if !head.listed.replace(false) {
            return;
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
        let _unlisted = Unlisted(this);
        // SAFETY: at home, once (`listed`), and nobody uses the value (caller).
        unsafe { (head.drop_value)(this) };
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
    let value = unsafe { PinnedCown::<T>::value_of(this.cast()) };
    // SAFETY: once, at home (caller).
    unsafe { value.drop_in_place() };
}

unsafe fn value<T>(header: NonNull<Header>) -> Result<NonNull<()>, Failure> {
    // SAFETY: this function stands in the table of `PinnedCown<T>` only. The value is there: its home runs a body.
    Ok(unsafe { PinnedCown::<T>::value_of(header) }.cast())
}

unsafe fn dispose(header: NonNull<Header>) -> Disposal {
    let this = header.cast::<PinnedHeader>();
    // SAFETY: the strong handles' weak count keeps it; only the shared part is touched away from home.
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
    let block = header.cast::<PinnedBlock<T>>();
    // SAFETY: both counts are zero, so nobody else knows the block; the value is gone and not dropped again.
    unsafe { block.drop_in_place() };
    // SAFETY: put in `PinnedCown::new`, and used no more.
    unsafe { memory::free(block) };
}

impl<T> Clone for PinnedCown<T> {
    fn clone(&self) -> PinnedCown<T> {
        // SAFETY: this handle keeps the block alive.
        unsafe { memory::retain(self.header()) };
        PinnedCown { block: self.block, _value: PhantomData }
    }
}

impl<T> Drop for PinnedCown<T> {
    fn drop(&mut self) {
        // SAFETY: every handle owns one strong count.
        unsafe { memory::release(self.header()) };
    }
}

identity!(PinnedCown, |this| this.block);

impl<T> fmt::Debug for PinnedCown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PinnedCown<{}>({:p})", std::any::type_name::<T>(), self.block)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    const fn send_sync<T: Send + Sync>() {}
    const _: () = send_sync::<PinnedCown<Rc<*mut u8>>>();
}
