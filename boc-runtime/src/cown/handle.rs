//! Owns: a handle made from a guard, for a body nested deeper than the one that holds the guard.

#![expect(unsafe_code, reason = "a counted reference to a block of any kind")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{self, Header, HeaderRef, Invariant, identity};

/// A handle of the cown that a guard stands for, whatever kind of cown it is: a
/// [`Cown`](super::Cown), a [`PinnedCown`](crate::PinnedCown) or a [`Promise`](crate::Promise).
///
/// [`Acquired::handle`](super::Acquired::handle) makes one, to be kept, or to be scheduled on
/// later. So do the macros when a `when!` inside a nested body names the guard of an outer body. It
/// is requested as the guard is: that of a pinned cown with `pinned`, any other without. As the
/// guard's, its type does not say which it is: the wrong one is refused when the behavior is
/// scheduled.
///
/// Handles compare, hash and order by identity.
pub struct Handle<T> {
    header: NonNull<Header>,
    /// Invariant in `T`: a request of the handle may write the value.
    _value: Invariant<T>,
}

// SAFETY: a `Handle` is a header and a count, which is atomic. It reaches the value in two ways.
// 1. It is requested: an exclusive request demands `T: Send`, a shared one `T: Send + Sync`, and a
//    pinned one runs at the value's home (`request/place.rs`; `claim_guard` refuses the wrong
//    kind).
// 2. It is the last one and is dropped, on any thread: the block's table drops the value there if
//    it is a cown's or a promise's, which are made of a `T: Send` only (`Cown::new`, `Block`,
//    `Promise::new`), and sends a pinned one home.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: by reference a handle is cloned and requested: as above.
unsafe impl<T> Sync for Handle<T> {}

impl<T> std::panic::UnwindSafe for Handle<T> {}
impl<T> std::panic::RefUnwindSafe for Handle<T> {}

impl<T> Handle<T> {
    pub(crate) fn new(header: HeaderRef<'_>) -> Handle<T> {
        header.get().retain();
        Handle { header: header.as_ptr(), _value: PhantomData }
    }

    pub(crate) fn header(&self) -> HeaderRef<'_> {
        // SAFETY: this handle owns a strong count.
        unsafe { HeaderRef::new(self.header) }
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Handle<T> {
        Handle::new(self.header())
    }
}

impl<T> Drop for Handle<T> {
    fn drop(&mut self) {
        // SAFETY: every handle owns one strong count.
        unsafe { memory::release(self.header) };
    }
}

identity!(Handle, |this| this.header);

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle<{}>({:p})", std::any::type_name::<T>(), self.header)
    }
}
