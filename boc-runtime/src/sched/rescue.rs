//! Owns: when a busy worker takes jobs that wait behind another worker's long body: README.md, part 1, "when all are busy".

use std::cell::Cell;
use std::time::Duration;

use crate::sync::Instant;

use super::thief::Sight;

/// The most turns between two periods; a prime, so that no period of a program falls in with it.
const MOST_TURNS: u32 = 61;
/// The fewest: the jobs in the worker's own queue have every other turn at least.
const LEAST_TURNS: u32 = 2;
/// How much time passes, about, between two looks of a busy worker at another one.
const INTERVAL: Duration = if cfg!(all(test, shuttle)) { Duration::ZERO } else { Duration::from_millis(1) };

/// What a busy worker knows of when it looked beyond its own queue.
#[derive(Debug)]
pub(super) struct Rescue {
    /// How many turns are left of this period, and how many it had.
    left: Cell<u32>,
    turns: Cell<u32>,
    /// When the last period ended, and when the worker last looked at another one.
    ended: Cell<Option<Instant>>,
    looked: Cell<Option<Instant>>,
    /// Whom it looked at, and what it saw.
    seen: Cell<Option<(usize, Sight)>>,
    /// The last period ended with a job of another worker: this one ends with a job of the injector.
    rescued: Cell<bool>,
}

impl Rescue {
    pub(super) fn new() -> Rescue {
        Rescue {
            left: Cell::new(1),
            turns: Cell::new(LEAST_TURNS),
            ended: Cell::new(None),
            looked: Cell::new(None),
            seen: Cell::new(None),
            rescued: Cell::new(false),
        }
    }

    /// Counts a turn of the worker. Whether its period ends: it is to look at the injector first, and at another worker.
    #[inline]
    pub(super) fn ends_period(&self) -> bool {
        let left = self.left.get() - 1;
        self.left.set(left);
        left == 0
    }

    /// The next period of a worker that is the only one.
    pub(super) fn begin_period_alone(&self) {
        self.left.set(MOST_TURNS);
    }

    /// The next period. Whether it is time to look at another worker.
    ///
    /// The clock is read once in a period. A period has fewer turns where bodies are long, so that it does not last much longer than
    /// the interval.
    pub(super) fn begin_period(&self) -> bool {
        let now = Instant::now();
        let turns = self.turns.get();
        let turns = match self.ended.replace(Some(now)).map(|ended| now - ended) {
            Some(lasted) if lasted > INTERVAL => turns.div_ceil(2).max(LEAST_TURNS),
            Some(lasted) if lasted < INTERVAL / 2 => (2 * turns).min(MOST_TURNS),
            _ => turns,
        };
        self.turns.set(turns);
        self.left.set(turns);
        let is_due =
            !self.rescued.replace(false) && self.looked.get().is_none_or(|looked| now - looked >= INTERVAL);
        if is_due {
            self.looked.set(Some(now));
        }
        is_due
    }

    /// A job of another worker was taken at the end of this period. The next one does not end so: a worker that never comes to its
    /// jobs, and schedules more of them, would keep this one from the injector for ever.
    pub(super) fn has_rescued(&self) {
        self.rescued.set(true);
    }

    /// Whom the worker looked at last time.
    pub(super) fn last_victim(&self) -> Option<usize> {
        self.seen.get().map(|(victim, _)| victim)
    }

    /// A look at a worker. Whether it has had jobs since the last look, which was at the same worker, and has taken none.
    pub(super) fn is_stuck(&self, victim: usize, sight: Sight) -> bool {
        match self.seen.replace(Some((victim, sight))) {
            Some((last, before)) if last == victim => {
                before.waiting > 0 && sight.waiting > 0 && sight.taken == before.taken
            }
            _ => false,
        }
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn sight(waiting: usize, taken: u64) -> Sight {
        Sight { waiting, taken, scheduled: 0 }
    }

    #[test]
    fn a_worker_is_stuck_that_has_jobs_and_takes_none() {
        let rescue = Rescue::new();
        assert!(!rescue.is_stuck(0, sight(1, 7)), "one look says nothing");
        assert!(rescue.is_stuck(0, sight(1, 7)));
        assert!(!rescue.is_stuck(0, sight(1, 8)), "it has taken one");
        assert!(!rescue.is_stuck(0, sight(0, 8)));
        assert!(!rescue.is_stuck(0, sight(1, 8)), "the job has just come");
        assert!(!rescue.is_stuck(1, sight(1, 8)), "another worker");
        assert_eq!(rescue.last_victim(), Some(1));
    }

    #[test]
    fn a_period_has_many_turns_where_bodies_are_short_and_few_where_they_are_long() {
        let rescue = Rescue::new();
        assert!(rescue.ends_period());
        assert!(rescue.begin_period(), "the first time");
        for _ in 0..10 {
            while !rescue.ends_period() {}
            rescue.begin_period();
        }
        // Unless this thread is kept off its core for a millisecond, time and again.
        let turns = rescue.turns.get();
        assert!(turns > 1 && turns <= MOST_TURNS, "{turns}");
        for _ in 0..7 {
            std::thread::sleep(INTERVAL + INTERVAL / 10);
            assert!(rescue.begin_period(), "the interval is over");
        }
        assert_eq!(rescue.turns.get(), LEAST_TURNS);
    }

    #[test]
    fn a_period_that_follows_a_rescue_ends_without_one() {
        let rescue = Rescue::new();
        assert!(rescue.begin_period(), "the first time");
        rescue.has_rescued();
        std::thread::sleep(2 * INTERVAL);
        assert!(!rescue.begin_period(), "it is the injector's turn");
        assert!(rescue.begin_period(), "the interval is over");
    }
}
