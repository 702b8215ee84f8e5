//! Owns: how many behaviors were scheduled and finished: README.md, part 4.

use crate::sync::{AtomicU64, Ordering};

/// One worker's counts, or those of all other threads.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    scheduled: AtomicU64,
    finished: AtomicU64,
}

impl Counters {
    /// Counts a behavior in. Only the owner of these counters calls this.
    pub(crate) fn scheduled_by_owner(&self) {
        // Relaxed, and no read-modify-write: one writer; whoever needs the count sees it through the finish of a
        // behavior (or a program's own ordering) that comes after.
        self.scheduled.store(self.scheduled.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Counts a behavior out. Only the owner calls this.
    pub(crate) fn finished_by_owner(&self) {
        // Release: pairs with the Acquire in `finished`: what the behavior scheduled is counted, what it captured is gone.
        self.finished.store(self.finished.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// Counts a behavior in, from any thread.
    pub(crate) fn scheduled_by_any(&self) {
        // Relaxed: as above.
        self.scheduled.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a behavior out, from any thread.
    pub(crate) fn finished_by_any(&self) {
        // Release: as above; the additions form one release sequence.
        self.finished.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn scheduled(&self) -> u64 {
        // Acquire: read after all of `finished`, not before.
        self.scheduled.load(Ordering::Acquire)
    }

    pub(crate) fn finished(&self) -> u64 {
        // Acquire: pairs with the Release of the finish.
        self.finished.load(Ordering::Acquire)
    }
}
