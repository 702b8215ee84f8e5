//! Owns: where the behaviors of a core are that are in flight, as far as that can be told without counting more:
//! README.md, part 4.

use std::ptr::NonNull;

use crate::pinned;
use crate::sync::Ordering;

use super::context;
use super::core::Core;
use super::worker::Worker;

/// Where the behaviors of a core are. What is in none of these waits for a cown or a promise.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct InFlightAt {
    pub(crate) running: usize,
    pub(crate) ready: usize,
    /// In the queues of homes.
    pub(crate) pinned: usize,
    pub(crate) holds: usize,
}

impl Core {
    pub(crate) fn count_hold(&self) {
        // Relaxed: a figure.
        self.holds.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn uncount_hold(&self) {
        // Relaxed: as above.
        self.holds.fetch_sub(1, Ordering::Relaxed);
    }

    /// Where the behaviors are that are in flight.
    pub(crate) fn in_flight_at(&self) -> InFlightAt {
        // Relaxed: a figure.
        let holds = self.holds.load(Ordering::Relaxed);
        if self.is_in_parent() {
            // A thread of the parent may have held the locks of what follows, for ever.
            return InFlightAt { holds, ..InFlightAt::default() };
        }
        let homes = pinned::jobs_at_homes(NonNull::from(self));
        if let Some(simulation) = self.simulation() {
            let (running, ready) = simulation.figures();
            return InFlightAt { running, ready, pinned: homes.waiting, holds };
        }
        let busy = self.idle.busy_of(self.workers());
        InFlightAt { running: busy + homes.running, ready: self.ready(), pinned: homes.waiting, holds }
    }

    /// How many jobs are in the queues of the workers.
    fn ready(&self) -> usize {
        let queued: usize = self.run_queues.iter().map(|queue| queue.len()).sum();
        let alone = if self.run_queues.is_empty() {
            context::with_worker_of(NonNull::from(self), Worker::queued)
                // Relaxed: a figure.
                .unwrap_or_else(|| self.alone.load(Ordering::Relaxed))
        } else {
            0
        };
        self.injector.len() + queued + alone
    }
}
