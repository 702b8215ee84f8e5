//! Owns: the figures that a runtime gives of itself.

use std::fmt;

use crate::sched::{Core, Counters};

/// Figures of a runtime, at about one moment: from [`Runtime::stats`](crate::Runtime::stats) or
/// [`stats`](crate::stats()).
///
/// Nothing is counted for these that the runtime does not count anyway. So the figures are exact while
/// nothing changes, and otherwise each is right for a moment of its own. What is in flight is
/// always the sum of `running`, `ready`, `pinned_depth`, `waiting` and `holds`. After
/// [`wait`](crate::wait()) they keep their values.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, Promise, Runtime};
///
/// let runtime = Runtime::builder().workers(2).build().unwrap();
/// let (resolver, promise) = Promise::<u32>::new();
/// let cown = Cown::new(0);
/// runtime.when((&cown, &promise), |(mut cown, n)| *cown += *n);
/// runtime.when(&cown, |mut cown| *cown += 1);
/// let stats = runtime.stats();
/// assert_eq!((stats.scheduled, stats.finished, stats.in_flight, stats.ready), (2, 0, 2, 0));
/// resolver.resolve(1);
/// runtime.quiesce();
/// let stats = runtime.stats();
/// assert_eq!((stats.finished, stats.in_flight, stats.waiting), (2, 0, 0));
/// assert!(stats.to_string().starts_with("0 in flight (0 running, 0 ready, 0 pinned, 0 waiting, 0 holds)"));
/// ```
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
    /// How many of them are not: `scheduled - finished`.
    pub in_flight: u64,
    /// How many run: workers that neither sleep nor look for work, and homes that run a body. A worker
    /// that has just been started, or is between two behaviors, counts too.
    pub running: u64,
    /// How many have all that they request, and are in the queues of the workers. With one worker, what
    /// the body that runs there has scheduled itself may count as waiting until it ends, and while many are
    /// ready up to 64 that have run may still count, unless it is that worker that asks.
    pub ready: u64,
    /// How many have all that they request, and are in the queues of threads that pump: what a
    /// [pump](crate::MainThread::pump) of each would run now.
    pub pinned_depth: u64,
    /// The rest: how many wait for a cown or a promise. On the thread of a simulated runtime also those whose
    /// scheduling has not taken effect.
    pub waiting: u64,
    /// How many `Hold`s are alive.
    pub holds: u64,
    /// How often workers have taken behaviors from each other's queues, several at a time.
    pub stolen: u64,
    /// How often workers went to sleep because there was nothing to run.
    pub slept: u64,
}

impl Stats {
    pub(super) fn of(core: &Core) -> Stats {
        let (scheduled, finished) = core.totals();
        let in_flight = scheduled - finished;
        let at = core.in_flight_at();
        // Read at other moments: no more of each than are left.
        let mut left = in_flight;
        let mut part = |figure: usize| {
            let figure = left.min(figure as u64);
            left -= figure;
            figure
        };
        let (holds, running) = (part(at.holds), part(at.running));
        let (ready, pinned_depth) = (part(at.ready), part(at.pinned));
        let sum = |of: fn(&Counters) -> u64| core.by_worker().map(of).sum();
        Stats {
            workers: core.workers(),
            scheduled,
            finished,
            in_flight,
            running,
            ready,
            pinned_depth,
            waiting: left,
            holds,
            stolen: sum(Counters::stolen),
            slept: sum(Counters::slept),
        }
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Stats { in_flight, running, ready, pinned_depth, waiting, holds, .. } = self;
        write!(
            f,
            "{in_flight} in flight ({running} running, {ready} ready, {pinned_depth} pinned, {waiting} waiting, \
             {holds} holds), {} finished of {} scheduled, by {} workers ({} thefts, {} sleeps)",
            self.finished, self.scheduled, self.workers, self.stolen, self.slept
        )
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
