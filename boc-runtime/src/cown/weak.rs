//! Owns: [`WeakCown`].

#![expect(unsafe_code, reason = "a counted reference to a block whose value may be gone")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{Header, HeaderRef, Invariant, Weak, identity};

use super::Cown;

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
    /// `None`: it is of no cown (`new`).
    weak: Option<Weak>,
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
    /// A weak handle of no cown: [`upgrade`](WeakCown::upgrade) gives `None`. To be replaced later,
    /// as [`std::sync::Weak::new`]. All of these are equal.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, WeakCown, when};
    ///
    /// struct Node {
    ///     parent: WeakCown<Node>,
    /// }
    ///
    /// let root = Cown::new(Node { parent: WeakCown::new() });
    /// let leaf = Cown::new(Node { parent: root.downgrade() });
    /// assert!(when(&root, |root| root.parent.upgrade().is_none()).join().unwrap());
    /// assert_eq!(when(&leaf, |leaf| leaf.parent.upgrade()).join().unwrap(), Some(root));
    /// ```
    pub const fn new() -> WeakCown<T> {
        WeakCown { weak: None, _value: PhantomData }
    }

    pub(super) fn of(cown: &Cown<T>) -> WeakCown<T> {
        // SAFETY: `cown` keeps the block alive.
        let block = unsafe { HeaderRef::new(cown.header()) };
        let weak = Weak::of(block).expect("a cown may have weak handles");
        WeakCown { weak: Some(weak), _value: PhantomData }
    }

    /// # Safety
    /// As [`Weak::adopt`], of the block of a `Cown<T>`.
    pub(super) unsafe fn adopt(block: NonNull<Header>) -> WeakCown<T> {
        // SAFETY: the caller's duties.
        WeakCown { weak: Some(unsafe { Weak::adopt(block) }), _value: PhantomData }
    }

    /// Gives its count out: the caller owns it.
    pub(super) fn into_count(self) {
        self.weak.into_iter().for_each(Weak::into_count);
    }

    /// A handle, if the value is still alive. The cown of [`Cown::new_cyclic`] is not, until that
    /// returns.
    pub fn upgrade(&self) -> Option<Cown<T>> {
        let weak = self.weak.as_ref()?;
        weak.try_retain().then(|| Cown { block: weak.as_ptr().cast(), _value: PhantomData })
    }
}

impl<T> Default for WeakCown<T> {
    fn default() -> WeakCown<T> {
        WeakCown::new()
    }
}

impl<T> Clone for WeakCown<T> {
    fn clone(&self) -> WeakCown<T> {
        WeakCown { weak: self.weak.clone(), _value: PhantomData }
    }
}

identity!(WeakCown, |this| Weak::identity(this.weak.as_ref()));

impl<T> fmt::Debug for WeakCown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakCown<{}>", std::any::type_name::<T>())?;
        match &self.weak {
            Some(weak) => write!(f, "({:p})", weak.as_ptr()),
            None => f.write_str("(of no cown)"),
        }
    }
}
