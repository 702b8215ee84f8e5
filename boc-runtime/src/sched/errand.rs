//! Owns: a lock whose holder, once it has unlocked, does what others wanted meanwhile: README.md, part 3.

use std::ops::ControlFlow;

use crate::sync::{AtomicBool, Mutex, MutexGuard, Ordering, fence};

/// See README.md, part 3. Whoever has held the lock calls [`Errand::settle`] after unlocking it.
#[derive(Debug)]
pub(super) struct Errand<T> {
    wanted: AtomicBool,
    lock: Mutex<T>,
}

impl<T> Errand<T> {
    pub(super) fn new(value: T) -> Errand<T> {
        Errand { wanted: AtomicBool::new(false), lock: Mutex::new(value) }
    }

    /// `settle` follows once it is unlocked.
    pub(super) fn lock(&self) -> MutexGuard<'_, T> {
        self.lock.lock()
    }

    /// From now on the errand is to be run once more, by us or by whoever holds the lock: `settle` follows.
    pub(super) fn want(&self) {
        // Release: pairs with the Acquire in `settle`: what we want it for is visible to whoever runs it.
        self.wanted.store(true, Ordering::Release);
    }

    /// Runs the errand if it is wanted, unless somebody holds the lock: they will look once they have unlocked.
    pub(super) fn settle(&self, mut run: impl FnMut(MutexGuard<'_, T>) -> ControlFlow<()>) {
        loop {
            // After `want`, or after our unlocking. Pairs with itself: of one who wants and fails to lock, and one who unlocks
            // and looks, the second sees what the first did.
            fence(Ordering::SeqCst);
            // Acquire: pairs with the Release in `want`.
            if !self.wanted.load(Ordering::Acquire) {
                return;
            }
            let Some(held) = self.lock.try_lock() else { return };
            // AcqRel: whoever wants it again from here on finds it not wanted, or is seen by the run that follows.
            self.wanted.swap(false, Ordering::AcqRel);
            if run(held).is_break() {
                return;
            }
        }
    }
}
