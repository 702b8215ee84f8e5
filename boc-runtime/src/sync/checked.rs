//! Owns: what the doors of the two checkers have in common: both have the standard library's locks and thread-locals.

use std::cell::Cell;
use std::ops::{Deref, DerefMut};

#[cfg(loom)]
use loom::sync;
#[cfg(shuttle)]
use shuttle::sync;

use super::LocalKey;

/// `None` only within a `Condvar`'s wait.
#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T>(pub(super) Option<sync::MutexGuard<'a, T>>);

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("not waiting")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("not waiting")
    }
}

impl<T> LocalKey<Cell<T>> {
    pub(crate) fn set(&'static self, value: T) {
        self.with(|cell| cell.set(value));
    }

    pub(crate) fn get(&'static self) -> T
    where
        T: Copy,
    {
        self.with(Cell::get)
    }

    pub(crate) fn replace(&'static self, value: T) -> T {
        self.with(|cell| cell.replace(value))
    }
}
