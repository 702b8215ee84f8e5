//! Owns: how many behaviors were scheduled and finished, and what the workers did to find them: README.md, part 4.

use crate::sync::{AtomicU64, Ordering};

/// One worker's counts, or those of all other threads.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    scheduled: AtomicU64,
    finished: AtomicU64,
    taken: AtomicU64,
    stolen: AtomicU64,
    slept: AtomicU64,
}

/// One more. For a counter with one writer: no read-modify-write.
#[inline]
fn count(counter: &AtomicU64) {
    // Relaxed: nothing hangs on these but figures for people, and whether a theft is worth it.
    counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

/// How many behaviors were scheduled, and how many of them are finished, so far, by all of these counters.
pub(crate) fn totals<'c>(all: impl Iterator<Item = &'c Counters> + Clone) -> (u64, u64) {
    // In this order: README.md, part 4.
    let finished = all.clone().map(Counters::finished).sum();
    let scheduled = all.map(Counters::scheduled).sum();
    (scheduled, finished)
}

impl Counters {
    /// Counts a behavior in. Only the owner of these counters calls this.
    #[inline]
    pub(crate) fn scheduled_by_owner(&self) {
        // Relaxed, and no read-modify-write: one writer; whoever needs the count sees it through the finish of a
        // behavior (or a program's own ordering) that comes after.
        self.scheduled.store(self.scheduled.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Counts a behavior out. Only the owner calls this.
    #[inline]
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

    /// The owner has taken a job from its own queue, which others steal from. Only the owner calls this.
    #[inline]
    pub(crate) fn taken_by_owner(&self) {
        count(&self.taken);
    }

    /// The owner has stolen from another worker. Only the owner calls this.
    pub(crate) fn stolen_by_owner(&self) {
        count(&self.stolen);
    }

    /// The owner goes to sleep. Only the owner calls this.
    pub(crate) fn slept_by_owner(&self) {
        count(&self.slept);
    }

    pub(crate) fn taken(&self) -> u64 {
        // Relaxed: see `count`.
        self.taken.load(Ordering::Relaxed)
    }

    pub(crate) fn stolen(&self) -> u64 {
        // Relaxed: see `count`.
        self.stolen.load(Ordering::Relaxed)
    }

    pub(crate) fn slept(&self) -> u64 {
        // Relaxed: see `count`.
        self.slept.load(Ordering::Relaxed)
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
