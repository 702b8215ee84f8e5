//! Owns: a pointer to a shared value that is exchanged whole, for the checkers: the interface of `arc-swap` as far as it is used.
//!
//! A lock: the checkers look at how the noticeboard uses it, not at the crate's own protocol.

use std::ops::Deref;
use std::sync::Arc;

use super::Mutex;

#[derive(Debug)]
pub(crate) struct ArcSwap<T>(Mutex<Arc<T>>);

/// What was there.
#[derive(Debug)]
pub(crate) struct Guard<T>(T);

impl<T> Deref for Guard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> ArcSwap<T> {
    pub(crate) fn from_pointee(value: T) -> ArcSwap<T> {
        ArcSwap(Mutex::new(Arc::new(value)))
    }

    pub(crate) fn load(&self) -> Guard<Arc<T>> {
        Guard(Arc::clone(&self.0.lock()))
    }

    pub(crate) fn swap(&self, value: Arc<T>) -> Arc<T> {
        std::mem::replace(&mut self.0.lock(), value)
    }
}
