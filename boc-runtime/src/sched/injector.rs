//! Owns: the jobs that belong to no worker: those from other threads, and what does not fit into a worker's queue.
//! README.md, part 1.

use std::collections::VecDeque;
use std::collections::vec_deque::Drain;

use crate::behavior::Job;
use crate::sync::{AtomicUsize, Mutex, Ordering};

use super::run_queue::shrink_if_empty;

/// First in, first out; under a lock, with batches in and out.
#[derive(Debug, Default)]
pub(super) struct Injector {
    jobs: Mutex<VecDeque<Job>>,
    /// How many there are, for a look without the lock. Written under it.
    len: AtomicUsize,
}

impl Injector {
    pub(super) fn push(&self, job: Job) {
        self.extend(std::iter::once(job));
    }

    pub(super) fn extend(&self, jobs: impl Iterator<Item = Job>) {
        let mut queue = self.jobs.lock();
        queue.extend(jobs);
        // Relaxed: a hint, but for the fences of README.md, part 2; who takes jobs locks.
        self.len.store(queue.len(), Ordering::Relaxed);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        // Relaxed: as above.
        self.len.load(Ordering::Relaxed)
    }

    /// Takes one job, and gives a share of the others, one of `shares` but not more than `most`, to
    /// `keep`, if there are others.
    pub(super) fn take(&self, shares: usize, most: usize, keep: impl FnOnce(Drain<'_, Job>)) -> Option<Job> {
        if self.is_empty() {
            return None;
        }
        let mut queue = self.jobs.lock();
        let share = queue.len().div_ceil(shares).min(most + 1);
        let first = queue.pop_front();
        if share > 1 {
            keep(queue.drain(..share - 1));
        }
        shrink_if_empty(&mut queue);
        self.len.store(queue.len(), Ordering::Relaxed);
        first
    }
}
