//! Owns: whether another worker's jobs are worth a theft: README.md, part 1, "when to steal".

use std::cell::Cell;

/// How many behaviors a worker schedules between the two looks of a decision if it counts as scheduling, and for how many decisions
/// it does after that: it may have waited for memory, or for its turn on a core.
const SCHEDULING: u64 = 16;
const WARY: usize = if cfg!(all(test, shuttle)) { 0 } else { 4 };
/// How many jobs have to wait for each of those decisions that is left to be worth a theft: for all of them, as many as a queue holds.
const WORTH_IT: usize = 64;
/// How many times a searcher leaves such a worker alone before it steals all the same: for some tens of milliseconds.
const PATIENCE: u32 = if cfg!(all(test, shuttle)) { 1 } else { 512 };
/// How many jobs are enough for two, and at how many decisions in a row they have to wait: a quarter of a millisecond.
const ENOUGH: usize = 16;
const STEADILY: u32 = 4;

/// What a searcher knows of the other workers.
#[derive(Debug)]
pub(super) struct Thief {
    /// What the last look has found at each of them.
    seen: Box<[Cell<Option<Seen>>]>,
    /// Whether jobs were left, since the round began, to a worker that will come to them.
    has_left_some: Cell<bool>,
    /// How many times more this search leaves a worker that is scheduling alone.
    patience: Cell<u32>,
}

/// What there is to see of a worker.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    /// How many jobs wait in its queue.
    pub(super) waiting: usize,
    /// How many jobs it has taken from its queue so far.
    pub(super) taken: u64,
    /// How many behaviors it has scheduled so far.
    pub(super) scheduled: u64,
}

/// What was seen of a worker last, and what that makes of it.
#[derive(Clone, Copy, Debug)]
struct Seen {
    sight: Sight,
    /// For how many decisions more it counts as scheduling.
    wary: usize,
    /// At how many decisions in a row it had enough for two.
    plenty: u32,
}

impl Thief {
    pub(super) fn new(workers: usize) -> Thief {
        let seen = (0..workers).map(|_| Cell::new(None)).collect();
        Thief { seen, has_left_some: Cell::new(false), patience: Cell::new(0) }
    }

    /// A search begins.
    pub(super) fn begin(&self) {
        self.patience.set(PATIENCE);
        self.forget();
    }

    /// The next look is the first of two.
    pub(super) fn forget(&self) {
        self.seen.iter().for_each(|seen| seen.set(None));
    }

    /// All others are about to be looked at.
    pub(super) fn begin_round(&self) {
        self.has_left_some.set(false);
    }

    /// Whether this round has left jobs to a worker that will come to them.
    pub(super) fn has_left_some(&self) -> bool {
        self.has_left_some.get()
    }

    /// The first look for the next decision, if time has passed since the last one.
    pub(super) fn look_again(&self, victim: usize, sight: Sight) {
        let seen = self.seen[victim].get();
        self.seen[victim].set(seen.map(|seen| Seen { sight, ..seen }));
    }

    /// The second look: whether the victim will not come to its jobs soon, or has enough for two.
    pub(super) fn is_worth_it(&self, victim: usize, sight: Sight) -> bool {
        let Some(Seen { sight: before, wary, plenty }) = self.seen[victim].get() else {
            self.seen[victim].set(Some(Seen { sight, wary: 0, plenty: 0 }));
            return false;
        };
        let waiting = sight.waiting;
        let taken = sight.taken - before.taken;
        let had_jobs = before.waiting > 0;
        let is_scheduling = sight.scheduled - before.scheduled >= SCHEDULING;
        let wary = if is_scheduling { WARY } else { wary.saturating_sub(usize::from(had_jobs)) };
        let plenty = if waiting >= ENOUGH && taken > 0 { plenty + 1 } else { 0 };
        self.seen[victim].set(Some(Seen { sight, wary, plenty }));

        let comes_to_them = taken >= before.waiting as u64;
        let worth_it =
            plenty >= STEADILY || !comes_to_them && (waiting > WORTH_IT * wary || self.is_out_of_patience());
        if !worth_it && had_jobs && waiting > 0 {
            self.has_left_some.set(true);
        }
        worth_it
    }

    /// Whether this search has left busy schedulers alone often enough. Counts.
    fn is_out_of_patience(&self) -> bool {
        let left = self.patience.get();
        self.patience.set(left.saturating_sub(1));
        left == 0
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    /// A thief that has begun, and what it sees of worker 0.
    struct Bench {
        thief: Thief,
        sight: Sight,
    }

    impl Bench {
        fn new(waiting: usize) -> Bench {
            let thief = Thief::new(1);
            thief.begin();
            let bench = Bench { thief, sight: Sight { waiting, taken: 0, scheduled: 0 } };
            assert!(!bench.decide(), "one look is not enough");
            bench
        }

        /// Between two looks the worker takes and schedules so many, and so many wait then.
        fn sees(&mut self, taken: u64, scheduled: u64, waiting: usize) -> bool {
            let (taken, scheduled) = (self.sight.taken + taken, self.sight.scheduled + scheduled);
            self.sight = Sight { waiting, taken, scheduled };
            self.decide()
        }

        fn decide(&self) -> bool {
            self.thief.begin_round();
            self.thief.is_worth_it(0, self.sight)
        }
    }

    #[test]
    fn a_worker_that_takes_none_loses_a_single_job() {
        assert!(Bench::new(1).sees(0, 0, 1));
    }

    #[test]
    fn a_worker_that_comes_to_its_jobs_keeps_them() {
        let mut bench = Bench::new(3);
        assert!(!bench.sees(3, 3, 3));
        assert!(bench.thief.has_left_some());
        assert!(bench.sees(2, 2, 3));
    }

    #[test]
    fn jobs_that_have_just_come_are_looked_at_again_at_once() {
        let mut bench = Bench::new(0);
        assert!(!bench.sees(0, 1, 1));
        assert!(!bench.thief.has_left_some());
        assert!(bench.sees(0, 0, 1));
    }

    #[test]
    fn where_nothing_waits_nothing_is_left() {
        let mut bench = Bench::new(1);
        assert!(!bench.sees(1, 0, 0));
        assert!(!bench.thief.has_left_some());
    }

    #[test]
    fn a_worker_that_schedules_alone_is_left_alone_and_loses_fewer_and_fewer_jobs_after_that() {
        let mut bench = Bench::new(200);
        assert!(!bench.sees(0, SCHEDULING, 256));
        assert!(!bench.sees(0, 0, 192));
        assert!(!bench.sees(0, 0, 128));
        assert!(!bench.sees(0, 0, 64));
        assert!(bench.sees(0, 0, 1));

        let mut bench = Bench::new(200);
        assert!(!bench.sees(0, SCHEDULING, 256));
        assert!(bench.sees(0, 0, 193));
    }

    #[test]
    fn a_worker_that_schedules_for_ever_is_not_left_alone_for_ever() {
        let mut bench = Bench::new(5);
        for _ in 0..PATIENCE {
            assert!(!bench.sees(0, SCHEDULING, 5));
        }
        assert!(bench.sees(0, SCHEDULING, 5));
    }

    /// A worker that comes to its jobs and has had enough of them for two, but once.
    fn nearly_steady() -> Bench {
        let mut bench = Bench::new(ENOUGH);
        for _ in 1..STEADILY {
            assert!(!bench.sees(100, 100, ENOUGH));
        }
        bench
    }

    #[test]
    fn a_worker_that_steadily_has_enough_for_two_loses_some_although_it_comes_to_them() {
        assert!(nearly_steady().sees(100, 100, ENOUGH));
    }

    #[test]
    fn enough_for_two_is_counted_anew_after_a_look_with_less() {
        let mut bench = nearly_steady();
        assert!(!bench.sees(100, 100, ENOUGH - 1));
        assert!(!bench.sees(100, 100, ENOUGH));
    }

    #[test]
    fn what_a_worker_does_while_the_searcher_dozes_counts_for_nothing() {
        let mut bench = Bench::new(3);
        assert!(!bench.sees(3, 3, 3));
        bench.sight.taken += 1000;
        bench.sight.scheduled += 1000;
        bench.thief.look_again(0, bench.sight);
        assert!(bench.sees(2, 2, 3));
    }
}
