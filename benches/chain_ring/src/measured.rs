//! Owns: what one run has measured: behaviors, time, and who did the work.

use std::time::{Duration, Instant};

use boc::{Runtime, WorkerStats};
use serde::Serialize;

/// What a worker has done in the time that was measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Worker {
    /// Behaviors it has run.
    pub executed: u64,
    /// Behaviors it has scheduled.
    pub scheduled: u64,
    /// Times it has stolen from another worker.
    pub stolen: u64,
    /// Times it went to sleep.
    pub slept: u64,
}

/// One run.
#[derive(Clone, Debug, Serialize)]
pub struct Measured {
    /// Behaviors that the workers have run.
    pub behaviors: u64,
    /// In this time.
    pub seconds: f64,
    /// Behaviors a second.
    pub throughput: f64,
    /// Behaviors of pinned cowns, on the main thread.
    pub pinned: u64,
    /// Each worker's part.
    pub workers: Vec<Worker>,
}

impl Measured {
    /// How evenly the work was spread: the standard deviation of what the workers have run, divided by the mean. 0: all
    /// ran the same.
    #[must_use]
    pub fn unevenness(&self) -> f64 {
        let mean = self.behaviors as f64 / self.workers.len() as f64;
        let squares = self.workers.iter().map(|worker| (worker.executed as f64 - mean).powi(2));
        (squares.sum::<f64>() / self.workers.len() as f64).sqrt() / mean
    }
}

/// Where a measurement began.
#[derive(Debug)]
pub struct Beginning {
    workers: Vec<WorkerStats>,
    at: Instant,
}

impl Beginning {
    /// Now.
    #[must_use]
    pub fn of(runtime: &Runtime) -> Beginning {
        Beginning { workers: runtime.worker_stats(), at: Instant::now() }
    }

    /// What has happened since.
    #[must_use]
    pub fn end(self, runtime: &Runtime, pinned: u64) -> Measured {
        let elapsed = self.at.elapsed();
        let worker = |(before, now): (&WorkerStats, WorkerStats)| Worker {
            executed: now.finished - before.finished,
            scheduled: now.scheduled - before.scheduled,
            stolen: now.stolen - before.stolen,
            slept: now.slept - before.slept,
        };
        let workers: Vec<_> = self.workers.iter().zip(runtime.worker_stats()).map(worker).collect();
        let behaviors = workers.iter().map(|worker| worker.executed).sum();
        Measured {
            behaviors,
            seconds: elapsed.as_secs_f64(),
            throughput: rate(behaviors, elapsed),
            pinned,
            workers,
        }
    }
}

fn rate(behaviors: u64, elapsed: Duration) -> f64 {
    behaviors as f64 / elapsed.as_secs_f64()
}
