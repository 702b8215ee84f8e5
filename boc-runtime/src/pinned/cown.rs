//! Owns: [`PinnedCown`]. README.md, "A value's end".

#![expect(unsafe_code, reason = "the value lies behind a queue and stays on one thread")]

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;
use std::sync::Arc;

use crate::memory::{self, Header, HeaderRef, Invariant, identity, release_weak};
use crate::sched::Lending;
use crate::sync::thread::ThreadId;

use super::block::{self, PinnedHeader, value_of};
use super::home::Home;
use super::home_thread::HomeThread;
use super::main_thread::Why;
use super::weak::WeakPinnedCown;

/// A cown whose value stays on the thread that made it: a window, a GPU context, an `Rc`.
///
/// The handle can be sent and shared whatever the value is. A behavior that requests a pinned cown, with `pinned`, alone
/// or together with other cowns, runs on the cown's thread when that thread
/// [pumps](crate::MainThread::pump). The value is dropped there too, wherever the last handle is
/// dropped.
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
    /// Heads the block of a `T`.
    block: NonNull<PinnedHeader>,
    /// Invariant in `T`: a request of the handle, or `MainThread::with`, may write the value.
    _value: Invariant<T>,
}

// SAFETY: a handle reaches the value only through pinned requests, whose bodies run at home, and `MainThread::with`, which
// needs the home's token; the value is dropped at home. What other threads touch of the block is atomic or immutable.
unsafe impl<T> Send for PinnedCown<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for PinnedCown<T> {}

impl<T> std::panic::UnwindSafe for PinnedCown<T> {}
impl<T> std::panic::RefUnwindSafe for PinnedCown<T> {}

impl<T: 'static> PinnedCown<T> {
    /// Pins a value to the calling thread: that of the `main` that is given, or of a body that runs
    /// at home (see [`HomeThread`]).
    pub fn new(home: &HomeThread, value: T) -> PinnedCown<T> {
        let block = block::allocate::<T, _>(home.local(), 1, ManuallyDrop::new(value));
        let cown = PinnedCown { block, _value: PhantomData };
        // SAFETY: at home (`home`), and its value is there.
        unsafe { PinnedHeader::list(block, home.local()) };
        memory::note(cown.header_ref());
        cown
    }

    /// Pins a value that holds a weak handle of its own cown: see
    /// [`Cown::new_cyclic`](crate::Cown::new_cyclic).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{MainThread, PinnedCown, WeakPinnedCown, pinned, when};
    ///
    /// struct Window {
    ///     this: WeakPinnedCown<Window>,
    ///     title: String,
    /// }
    ///
    /// let main = MainThread::claim().unwrap();
    /// let window = PinnedCown::new_cyclic(&main, |this| Window { this: this.clone(), title: String::new() });
    /// let this = when(pinned(&window), |window| window.this.upgrade());
    /// assert_eq!(this.join().unwrap(), Some(window));
    /// ```
    pub fn new_cyclic(home: &HomeThread, make: impl FnOnce(&WeakPinnedCown<T>) -> T) -> PinnedCown<T> {
        // No strong count, as long as there is no value.
        let block = block::allocate::<T, _>(home.local(), 0, MaybeUninit::<T>::uninit());
        // SAFETY: the two weak counts are ours. If `make` panics they go with these, and with the
        // last one the memory: `free` drops no value.
        let [of_handles, of_list] = [(); 2].map(|()| unsafe { WeakPinnedCown::<T>::adopt(block.cast()) });
        let value = make(&of_handles);
        // SAFETY: `of_handles` keeps the memory.
        let place = unsafe { value_of::<T>(block.cast()) };
        // SAFETY: no strong count, so no other code touches it; there is nothing to be dropped.
        unsafe { place.write(value) };
        // SAFETY: at home (`home`), and its value is there.
        unsafe { PinnedHeader::list(block, home.local()) };
        // SAFETY: as above.
        let header = unsafe { HeaderRef::new(block.cast()) };
        header.get().first_strong();
        of_handles.into_count();
        of_list.into_count();
        memory::note(header);
        PinnedCown { block, _value: PhantomData }
    }

    /// A handle that does not keep the value alive.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{MainThread, PinnedCown, pinned, when};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let canvas = PinnedCown::new(&main, 1);
    /// let weak = canvas.downgrade();
    /// when((), move |()| {
    ///     // On a worker: does not keep the canvas if there is nothing to draw on any more.
    ///     if let Some(canvas) = weak.upgrade() {
    ///         when(pinned(&canvas), |mut canvas| *canvas += 1);
    ///     }
    /// });
    /// boc::quiesce();
    /// assert_eq!(main.with(&canvas, |canvas| *canvas), Ok(2));
    /// ```
    pub fn downgrade(&self) -> WeakPinnedCown<T> {
        WeakPinnedCown::of(self)
    }

    /// The value, at home, if this is the only handle and no behavior requests or holds the cown.
    /// Weak handles do not count.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::rc::Rc;
    /// use boc::{MainThread, PinnedCown, pinned, quiesce, when};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let log = PinnedCown::new(&main, vec![Rc::new(1)]);
    /// when(pinned(&log), |mut log| log.push(Rc::new(2)));
    /// quiesce();
    /// assert_eq!(log.try_into_inner(&main).unwrap(), [Rc::new(1), Rc::new(2)]);
    /// ```
    ///
    /// # Errors
    ///
    /// The handle itself otherwise; and if the cown belongs to another thread, or its value is gone
    /// because its thread ends.
    pub fn try_into_inner(self, home: &HomeThread) -> Result<T, PinnedCown<T>> {
        let (head, local) = (self.head(), home.local());
        // The cell is looked at after the home: it is the home thread's. The count is taken last.
        if !self.is_at(local.home()) || !head.listed.get() || !self.header_ref().get().try_claim_last() {
            return Err(self);
        }
        let header = ManuallyDrop::new(self).header();
        // SAFETY: at home. The weak count of the strong handles is ours and keeps the memory.
        let listed = unsafe { PinnedHeader::unlist(header.cast(), local) };
        debug_assert!(listed.is_some(), "looked at above");
        // SAFETY: as above.
        let value = unsafe { value_of::<T>(header) };
        // SAFETY: there (it was listed), at home, and moved out once (it is not any more). No other
        // code uses it or will: the strong count was ours alone, and what requests or holds the
        // cown, or lends its value, has one.
        let value = unsafe { value.read() };
        drop(listed);
        // SAFETY: the weak count of the strong handles.
        unsafe { release_weak(header) };
        Ok(value)
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
        let head = unsafe { self.block.as_ref() };
        if !head.listed.get() {
            return Err(Why::Ended);
        }
        if head.lent.replace(true) {
            return Err(Why::Lent);
        }
        let _give_back = GiveBack(&head.lent);
        // SAFETY: as above.
        let value = unsafe { value_of::<T>(self.header()) }.as_ptr();
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
        self.head().home().thread()
    }

    fn head(&self) -> &PinnedHeader {
        // SAFETY: this handle keeps the block alive; the head's cells are touched at home only.
        unsafe { self.block.as_ref() }
    }

    pub(super) fn is_at(&self, home: &Arc<Home>) -> bool {
        Arc::ptr_eq(self.head().home(), home)
    }

    fn header(&self) -> NonNull<Header> {
        self.block.cast()
    }

    /// # Safety
    /// `header` heads the block of a `PinnedCown<T>`, and the caller gives a strong count away.
    pub(super) unsafe fn from_count(header: NonNull<Header>) -> PinnedCown<T> {
        PinnedCown { block: header.cast(), _value: PhantomData }
    }

    pub(crate) fn header_ref(&self) -> HeaderRef<'_> {
        // SAFETY: this handle keeps the block alive.
        unsafe { HeaderRef::new(self.header()) }
    }
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
