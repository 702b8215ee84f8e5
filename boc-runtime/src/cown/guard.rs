//! Owns: what a body gets for a request of one cown.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::memory::{HeaderRef, Invariant};

use super::Handle;

/// Exclusive access to a cown's value, for the time of one body.
///
/// It derefs to the value. The cown is given back when the body ends, not when the guard is dropped. A guard can be
/// requested again: `when!(state => { .. when!(state => ..) })` schedules another behavior on the same cown.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Acquired, Cown, Promise, when};
///
/// fn count_down(mut left: Acquired<'_, u32>) {
///     *left -= 1;
///     if *left > 0 {
///         when(&left, count_down); // another behavior, after this one
///     }
/// }
///
/// let left = Cown::new(3);
/// when(&left, count_down);
/// boc::quiesce();
/// assert_eq!(when(&left, |left| *left).join().unwrap(), 0);
/// ```
///
/// It cannot leave the body:
///
/// ```compile_fail
/// # extern crate boc_runtime as boc;
/// # use boc::{Cown, when};
/// let cown = Cown::new(1);
/// let guard = when(&cown, |guard| guard); // the guard's lifetime ends with the body
/// ```
pub struct Acquired<'a, T> {
    /// Invariant in `T`, as every `&mut`. Covariant in `'a`: a guard may be lent for less than the
    /// body.
    value: &'a mut T,
    header: HeaderRef<'a>,
}

/// Shared access to a cown's value, for the time of one body: see [`Acquired`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, when};
///
/// let text = Cown::new("shared".to_owned());
/// let length = when(read(&text), |text| text.len());
/// assert_eq!(length.join().unwrap(), 6);
/// ```
pub struct AcquiredRead<'a, T> {
    /// Covariant in `'a`: a guard may be lent for less than the body.
    value: &'a T,
    header: HeaderRef<'a>,
    /// Invariant in `T`, which `value` is not: the guard can be requested again, exclusively.
    _value: Invariant<T>,
}

impl<'a, T> Acquired<'a, T> {
    /// A handle of what the guard holds, to be kept, or to be scheduled on later: with it a body
    /// can subscribe its cown somewhere, and needs no handle from outside.
    ///
    /// A function, and no method, so that `guard.handle()` is the value's. Keep no handle of a cown
    /// in its own value: it would keep the value for ever. A weak one does not
    /// ([`Cown::new_cyclic`](super::Cown::new_cyclic)).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Acquired, Cown, Handle, when};
    ///
    /// let (player, watchers) = (Cown::new(7), Cown::new(Vec::<Handle<i32>>::new()));
    /// let joined = when((&player, &watchers), |(player, mut watchers)| {
    ///     watchers.push(Acquired::handle(&player));
    /// });
    /// let told = when((&joined, &watchers), |(_, watchers)| {
    ///     when(&*watchers, |mut players| players.iter_mut().for_each(|player| *player += 1));
    /// });
    /// told.join().unwrap();
    /// assert_eq!(when(&player, |player| *player).join().unwrap(), 8);
    /// ```
    pub fn handle(this: &Self) -> Handle<T> {
        Handle::new(this.header)
    }

    pub(crate) fn new(value: &'a mut T, header: HeaderRef<'a>) -> Acquired<'a, T> {
        Acquired { value, header }
    }

    pub(crate) fn into_value(self) -> &'a mut T {
        self.value
    }

    pub(crate) fn header(&self) -> HeaderRef<'a> {
        self.header
    }
}

impl<'a, T> AcquiredRead<'a, T> {
    /// A handle of what the guard holds, to be kept, or to be scheduled on later: see
    /// [`Acquired::handle`]. Later requests of it may be exclusive.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{AcquiredRead, Cown, read, when};
    ///
    /// let text = Cown::new("seven".to_owned());
    /// let kept = when(read(&text), |text| AcquiredRead::handle(&text)).join().unwrap();
    /// when(&kept, |mut text| text.push('!'));
    /// assert_eq!(when(&text, |text| text.len()).join().unwrap(), 6);
    /// ```
    pub fn handle(this: &Self) -> Handle<T> {
        Handle::new(this.header)
    }

    pub(crate) fn new(value: &'a T, header: HeaderRef<'a>) -> AcquiredRead<'a, T> {
        AcquiredRead { value, header, _value: PhantomData }
    }

    pub(crate) fn into_value(self) -> &'a T {
        self.value
    }

    pub(crate) fn header(&self) -> HeaderRef<'a> {
        self.header
    }
}

impl<T> Deref for Acquired<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> DerefMut for Acquired<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value
    }
}

impl<T> Deref for AcquiredRead<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value
    }
}

/// Shows the value, as [`MutexGuard`](std::sync::MutexGuard) does.
impl<T: fmt::Debug> fmt::Debug for Acquired<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

/// Shows the value, as [`RwLockReadGuard`](std::sync::RwLockReadGuard) does.
impl<T: fmt::Debug> fmt::Debug for AcquiredRead<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for Acquired<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: fmt::Display> fmt::Display for AcquiredRead<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
