//! Owns: the threads that wait until nothing is in flight, and their waking: README.md, part 4.

use std::sync::Arc;

use crate::sync::{AtomicUsize, Mutex, Ordering, fence};

use super::park::Parker;

/// Who waits for quiescence.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    count: AtomicUsize,
    parkers: Mutex<Vec<Arc<Parker>>>,
}

impl Waiters {
    /// Wakes those who wait, if there are any and `quiescent` says so. Called after what makes it say so.
    pub(super) fn tell(&self, quiescent: impl FnOnce() -> bool) {
        // Pairs with the fence in `register`.
        fence(Ordering::SeqCst);
        // Relaxed: ordered by the fence.
        if self.count.load(Ordering::Relaxed) != 0 && quiescent() {
            self.parkers.lock().iter().for_each(|parker| parker.unpark());
        }
    }

    /// Begins to wait. Look whether it is quiescent before you park.
    pub(super) fn register(&self, parker: &Arc<Parker>) {
        self.parkers.lock().push(Arc::clone(parker));
        // Relaxed: ordered by the fence.
        self.count.fetch_add(1, Ordering::Relaxed);
        // Pairs with the fence in `tell`.
        fence(Ordering::SeqCst);
    }

    /// Waits no more.
    pub(super) fn unregister(&self, parker: &Arc<Parker>) {
        // Relaxed: too high for a moment does no harm.
        self.count.fetch_sub(1, Ordering::Relaxed);
        let mut parkers = self.parkers.lock();
        if let Some(place) = parkers.iter().position(|other| Arc::ptr_eq(other, parker)) {
            parkers.swap_remove(place);
        }
    }
}
