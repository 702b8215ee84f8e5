//! Owns: [`WeakPinnedCown`]. README.md, "A value's end".

#![expect(unsafe_code, reason = "takes a count over")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;

use crate::memory::{Header, Invariant, Weak, identity};

use super::cown::PinnedCown;

/// A handle of a pinned cown that does not keep its value alive: see [`WeakCown`](crate::WeakCown).
///
/// It can be sent and shared whatever the value is, as a [`PinnedCown`] can. Where the last weak
/// handle is dropped does not matter: the value is dropped at home, before.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::rc::Rc;
/// use boc::{MainThread, PinnedCown};
///
/// let main = MainThread::claim().unwrap();
/// let window = PinnedCown::new(&main, Rc::new("a window"));
/// let weak = window.downgrade();
/// assert_eq!(weak.upgrade().as_ref(), Some(&window));
/// drop(window);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakPinnedCown<T> {
    /// `None`: it is of no cown (`new`).
    weak: Option<Weak>,
    /// Invariant in `T`, as the [`PinnedCown`] that it can be turned into. It owns no `T` and
    /// reaches none, so it is `Send` and `Sync` as its count is; so is what it can be turned into.
    _value: Invariant<T>,
}

impl<T> std::panic::UnwindSafe for WeakPinnedCown<T> {}
impl<T> std::panic::RefUnwindSafe for WeakPinnedCown<T> {}

impl<T> WeakPinnedCown<T> {
    /// A weak handle of no cown: [`upgrade`](WeakPinnedCown::upgrade) gives `None`. All of these
    /// are equal. See [`WeakCown::new`](crate::WeakCown::new).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// assert!(boc::WeakPinnedCown::<std::rc::Rc<u8>>::new().upgrade().is_none());
    /// ```
    pub const fn new() -> WeakPinnedCown<T> {
        WeakPinnedCown { weak: None, _value: PhantomData }
    }

    pub(super) fn of(cown: &PinnedCown<T>) -> WeakPinnedCown<T> {
        let weak = Weak::of(cown.header_ref()).expect("a pinned cown may have weak handles");
        WeakPinnedCown { weak: Some(weak), _value: PhantomData }
    }

    /// # Safety
    /// As [`Weak::adopt`], of the block of a `PinnedCown<T>`.
    pub(super) unsafe fn adopt(block: NonNull<Header>) -> WeakPinnedCown<T> {
        // SAFETY: the caller's duties.
        WeakPinnedCown { weak: Some(unsafe { Weak::adopt(block) }), _value: PhantomData }
    }

    /// Gives its count out: the caller owns it.
    pub(super) fn into_count(self) {
        self.weak.into_iter().for_each(Weak::into_count);
    }

    /// A handle, if there is still one. Its home may be closed: then what requests it is cancelled.
    pub fn upgrade(&self) -> Option<PinnedCown<T>> {
        let weak = self.weak.as_ref()?;
        weak.try_retain().then(|| {
            // SAFETY: the count taken just now, of the block of a `PinnedCown<T>`: a weak handle is
            // made from one.
            unsafe { PinnedCown::from_count(weak.as_ptr()) }
        })
    }
}

impl<T> Default for WeakPinnedCown<T> {
    fn default() -> WeakPinnedCown<T> {
        WeakPinnedCown::new()
    }
}

impl<T> Clone for WeakPinnedCown<T> {
    fn clone(&self) -> WeakPinnedCown<T> {
        WeakPinnedCown { weak: self.weak.clone(), _value: PhantomData }
    }
}

identity!(WeakPinnedCown, |this| Weak::identity(this.weak.as_ref()));

impl<T> fmt::Debug for WeakPinnedCown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WeakPinnedCown<{}>", std::any::type_name::<T>())?;
        match &self.weak {
            Some(weak) => write!(f, "({:p})", weak.as_ptr()),
            None => f.write_str("(of no cown)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::rc::Rc;

    const fn send_sync<T: Send + Sync>() {}
    const _: () = send_sync::<WeakPinnedCown<Rc<*mut u8>>>();
}
