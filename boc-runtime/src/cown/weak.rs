//! Owns: [`WeakCown`].

#![expect(unsafe_code, reason = "a counted reference to a block whose value may be gone")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{HeaderRef, Invariant, Weak, identity};

use super::{Cown, CownBlock};

/// A handle of a cown that does not keep its value alive: for caches, parents, observers.
///
/// It cannot be requested; [`upgrade`](WeakCown::upgrade) it first. Weak handles compare, hash and
/// order by identity, as [`Cown`]s do: two are equal if they are handles of one cown, its value
/// gone or not.
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
    weak: Weak,
    /// Invariant in `T`, as the [`Cown`] that it can be turned into.
    _value: Invariant<T>,
}

// SAFETY: as for `Cown`, which it can be turned into.
unsafe impl<T: Send> Send for WeakCown<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for WeakCown<T> {}

impl<T> std::panic::UnwindSafe for WeakCown<T> {}
impl<T> std::panic::RefUnwindSafe for WeakCown<T> {}

impl<T> WeakCown<T> {
    pub(super) fn new(cown: &Cown<T>) -> WeakCown<T> {
        // SAFETY: `cown` keeps the block alive.
        let block = unsafe { HeaderRef::new(cown.header()) };
        WeakCown { weak: Weak::of(block).expect("a cown may have weak handles"), _value: PhantomData }
    }

    fn block(&self) -> NonNull<CownBlock<T>> {
        self.weak.as_ptr().cast()
    }

    /// A handle, if the value is still alive.
    pub fn upgrade(&self) -> Option<Cown<T>> {
        self.weak.try_retain().then(|| Cown { block: self.block(), _value: PhantomData })
    }
}

impl<T> Clone for WeakCown<T> {
    fn clone(&self) -> WeakCown<T> {
        WeakCown { weak: self.weak.clone(), _value: PhantomData }
    }
}

identity!(WeakCown, |this| this.weak.as_ptr());

impl<T> fmt::Debug for WeakCown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakCown<{}>({:p})", std::any::type_name::<T>(), self.block())
    }
}
