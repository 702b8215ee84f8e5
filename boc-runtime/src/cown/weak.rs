//! Owns: [`WeakCown`].

#![expect(unsafe_code, reason = "a counted reference to a block whose value may be gone")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{self, Header, Invariant};

use super::{Cown, CownBlock};

/// A handle of a cown that does not keep its value alive: for caches, parents, observers.
///
/// It cannot be requested; [`upgrade`](WeakCown::upgrade) it first. Weak handles compare by identity, like [`Cown`]s.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, quiesce, when};
///
/// let cown = Cown::new(1);
/// let weak = cown.downgrade();
/// assert_eq!(weak.upgrade().as_ref(), Some(&cown));
///
/// when(&cown, |mut n| *n += 1);
/// drop(cown); // the behavior keeps the value until it has run
/// quiesce();
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakCown<T> {
    block: NonNull<CownBlock<T>>,
    /// Invariant in `T`, as the [`Cown`] that it can be turned into.
    _value: Invariant<T>,
}

// SAFETY: as for `Cown`, which it can be turned into.
unsafe impl<T: Send> Send for WeakCown<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for WeakCown<T> {}

impl<T> WeakCown<T> {
    pub(super) fn new(cown: &Cown<T>) -> WeakCown<T> {
        let weak = WeakCown { block: cown.block, _value: PhantomData };
        weak.header().retain_weak();
        weak
    }

    fn header(&self) -> &Header {
        // SAFETY: the weak count, or the cown from which it is being made, keeps the memory.
        unsafe { self.block.cast().as_ref() }
    }

    /// A handle, if the value is still alive.
    pub fn upgrade(&self) -> Option<Cown<T>> {
        self.header().try_retain().then(|| Cown { block: self.block, _value: PhantomData })
    }
}

impl<T> Clone for WeakCown<T> {
    fn clone(&self) -> WeakCown<T> {
        self.header().retain_weak();
        WeakCown { block: self.block, _value: PhantomData }
    }
}

impl<T> Drop for WeakCown<T> {
    fn drop(&mut self) {
        // SAFETY: every weak handle owns one weak count.
        unsafe { memory::release_weak(self.block.cast()) };
    }
}

impl<T> PartialEq for WeakCown<T> {
    fn eq(&self, other: &WeakCown<T>) -> bool {
        self.block == other.block
    }
}

impl<T> Eq for WeakCown<T> {}

impl<T> fmt::Debug for WeakCown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakCown<{}>({:p})", std::any::type_name::<T>(), self.block)
    }
}
