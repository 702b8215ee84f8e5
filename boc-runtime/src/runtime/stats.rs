//! Owns: the figures that a runtime gives of itself.

use crate::sched::{Core, Counters};

/// Figures of a runtime, at about one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// How many worker threads it has, or has again when something is scheduled:
    /// [`wait`](crate::wait()) ends the threads and leaves this as it was.
    pub workers: usize,
    /// How many behaviors were scheduled so far. A [`Hold`](crate::Hold) counts as one.
    pub scheduled: u64,
    /// How many of them are finished, failed or cancelled. A `Hold` is finished when it is dropped.
    pub finished: u64,
}

impl Stats {
    pub(super) fn of(core: &Core) -> Stats {
        let (scheduled, finished) = core.totals();
        Stats { workers: core.workers(), scheduled, finished }
    }
}

/// Figures of one worker, at about one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkerStats {
    /// How many behaviors it has scheduled: by `when` in the bodies that it ran.
    pub scheduled: u64,
    /// How many behaviors it has run to their end, or cancelled.
    pub finished: u64,
    /// How often it has taken behaviors from another worker's queue, several at a time.
    pub stolen: u64,
    /// How often it went to sleep because there was nothing to run.
    pub slept: u64,
}

impl WorkerStats {
    /// Of each worker.
    pub(super) fn of(core: &Core) -> Vec<WorkerStats> {
        core.by_worker().map(WorkerStats::of_one).collect()
    }

    fn of_one(counters: &Counters) -> WorkerStats {
        WorkerStats {
            // In this order: so many were scheduled at least.
            finished: counters.finished(),
            scheduled: counters.scheduled(),
            stolen: counters.stolen(),
            slept: counters.slept(),
        }
    }
}
