//! Owns: a handle made from a guard, for a body nested deeper than the one that holds the guard.

#![expect(unsafe_code, reason = "a counted reference to a block of any kind")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{self, Header, HeaderRef, Invariant};

/// A handle of the cown that a guard stands for, whatever kind of cown it is.
///
/// The macros make one when a `when!` inside a nested body names the guard of an outer body.
pub struct Handle<T> {
    header: NonNull<Header>,
    /// Invariant in `T`: a request of the handle may write the value.
    _value: Invariant<T>,
}

// SAFETY: a handle reaches the value only through requests, which state what they need of `T`; a pinned value is
// sent home by its own table when the last handle is dropped elsewhere.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

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

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle<{}>({:p})", std::any::type_name::<T>(), self.header)
    }
}
