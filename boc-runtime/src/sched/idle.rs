//! Owns: who sleeps, who searches, and whom to wake: README.md, part 2.

use std::fmt;

use crate::sync::{AtomicUsize, Mutex, Ordering, fence};
use crossbeam_utils::CachePadded;

/// The parking state of a core's workers.
#[derive(Debug)]
pub(crate) struct Idle {
    word: CachePadded<AtomicUsize>,
    sleepers: Mutex<Vec<usize>>,
}

/// A reading of the word.
#[derive(Clone, Copy)]
struct Word(usize);

const STOPPED: usize = 1;
const SEARCHING: usize = 2;
const FIELD: usize = (1 << 15) - 1;
const SLEEPING: usize = SEARCHING << 15;

/// More workers than this the word cannot count.
pub(crate) const MAX_WORKERS: usize = FIELD;

impl Word {
    fn stopped(self) -> bool {
        self.0 & STOPPED != 0
    }

    fn searching(self) -> usize {
        (self.0 / SEARCHING) & FIELD
    }

    fn sleeping(self) -> usize {
        (self.0 / SLEEPING) & FIELD
    }
}

impl fmt::Debug for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Word")
            .field("stopped", &self.stopped())
            .field("searching", &self.searching())
            .field("sleeping", &self.sleeping())
            .finish()
    }
}

/// What a submitter has to do after it has pushed a job.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a job that nobody is told of may never run"]
pub(crate) enum AfterPush {
    /// Somebody will find the job.
    Nothing,
    /// Unpark this worker; it is counted as searching already.
    Wake(usize),
    /// There are no threads, or they are about to end.
    Revive,
}

impl Idle {
    /// Nobody runs yet.
    pub(crate) fn stopped() -> Idle {
        Idle { word: CachePadded::new(AtomicUsize::new(STOPPED)), sleepers: Mutex::new(Vec::new()) }
    }

    /// After a push.
    pub(crate) fn pushed(&self) -> AfterPush {
        // Pairs with the fence in `sleep`: README.md, "no wake-up is lost".
        fence(Ordering::SeqCst);
        // Relaxed: ordered by the fence.
        let word = Word(self.word.load(Ordering::Relaxed));
        if word.stopped() {
            AfterPush::Revive
        } else if word.sleeping() == 0 || word.searching() != 0 {
            AfterPush::Nothing
        } else {
            self.wake_one().map_or(AfterPush::Nothing, AfterPush::Wake)
        }
    }

    /// Whether the threads are to end, or there are none.
    pub(crate) fn is_stopped(&self) -> bool {
        // Acquire: pairs with the Release of `start` and `stop`.
        Word(self.word.load(Ordering::Acquire)).stopped()
    }

    /// How many of so many workers neither sleep nor search: a figure.
    pub(crate) fn busy_of(&self, workers: usize) -> usize {
        // Relaxed: a figure.
        let word = Word(self.word.load(Ordering::Relaxed));
        if word.stopped() { 0 } else { workers.saturating_sub(word.sleeping() + word.searching()) }
    }

    /// Takes a sleeper off the list and counts it as searching.
    #[cold]
    fn wake_one(&self) -> Option<usize> {
        let mut sleepers = self.sleepers.lock();
        let worker = sleepers.pop()?;
        self.sleeping_to_searching();
        Some(worker)
    }

    /// Called with the list locked.
    fn sleeping_to_searching(&self) {
        // Relaxed: the counts are hints, but for the fences; the list and its lock decide who is woken.
        let old = Word(self.word.fetch_sub(SLEEPING - SEARCHING, Ordering::Relaxed));
        debug_assert!(old.sleeping() > 0, "{old:?} has no sleeper");
    }

    pub(crate) fn start_searching(&self) {
        // Relaxed: see `sleeping_to_searching`.
        let old = Word(self.word.fetch_add(SEARCHING, Ordering::Relaxed));
        debug_assert!(old.searching() < FIELD, "{old:?}");
    }

    /// A searcher has found a job: a worker to wake if it was the last searcher and there are more jobs.
    #[must_use]
    pub(crate) fn found(&self, has_jobs: impl Fn() -> bool) -> Option<usize> {
        // Release (of SeqCst): a worker that counts as sleeping after this sees, behind its fence, the jobs that the searcher has moved.
        let old = Word(self.word.fetch_sub(SEARCHING, Ordering::SeqCst));
        debug_assert!(old.searching() > 0, "{old:?} has no searcher");
        if old.searching() != 1 || old.sleeping() == 0 || old.stopped() {
            return None;
        }
        // Pairs with the fence in `pushed`: a push that has seen the searcher is seen here.
        fence(Ordering::SeqCst);
        if has_jobs() { self.wake_one() } else { None }
    }

    /// A searcher has found nothing: it counts as sleeping from now on. Look everywhere once more before you park.
    fn sleep(&self, worker: usize) {
        {
            let mut sleepers = self.sleepers.lock();
            sleepers.push(worker);
            // Relaxed: the fence orders it.
            let old = Word(self.word.fetch_add(SLEEPING - SEARCHING, Ordering::Relaxed));
            debug_assert!(old.searching() > 0, "{old:?} has no searcher");
        }
        // Pairs with the fence in `pushed`.
        fence(Ordering::SeqCst);
    }

    /// The last look found a job, or the end: back to searching. `false`: somebody was faster, and the token is there.
    #[must_use]
    fn try_stay_awake(&self, worker: usize) -> bool {
        let mut sleepers = self.sleepers.lock();
        let Some(place) = sleepers.iter().position(|&sleeper| sleeper == worker) else { return false };
        sleepers.swap_remove(place);
        self.sleeping_to_searching();
        true
    }

    /// A searcher that has found nothing sleeps, unless it finds a job at the last look; it searches again on return.
    /// `true`: the threads are to end, and there is nothing to do.
    pub(crate) fn rest(&self, worker: usize, has_jobs: impl Fn() -> bool, park: impl FnOnce()) -> bool {
        self.sleep(worker);
        let stopped = self.is_stopped();
        if !(stopped || has_jobs()) || !self.try_stay_awake(worker) {
            park();
        }
        stopped && !has_jobs()
    }

    /// A searcher ends.
    pub(crate) fn leave(&self) {
        // Relaxed: nobody waits for this.
        self.word.fetch_sub(SEARCHING, Ordering::Relaxed);
    }

    /// Tells everybody to end: the workers to unpark, counted as searching.
    pub(crate) fn stop(&self) -> Vec<usize> {
        // SeqCst: a submitter either sees the flag, or its job is seen by the workers' last look, or by the stopper's.
        self.word.fetch_or(STOPPED, Ordering::SeqCst);
        fence(Ordering::SeqCst);
        let mut sleepers = self.sleepers.lock();
        sleepers.iter().for_each(|_| self.sleeping_to_searching());
        std::mem::take(&mut *sleepers)
    }

    /// Lets threads run. There are none yet.
    pub(crate) fn start(&self) {
        debug_assert!(self.sleepers.lock().is_empty());
        // Release: pairs with `is_stopped`.
        self.word.store(0, Ordering::Release);
    }

    /// For the models: nobody sleeps and nobody searches.
    #[cfg(all(test, loom))]
    pub(super) fn assert_nobody(&self) {
        let word = Word(self.word.load(Ordering::Acquire));
        assert!(word.sleeping() == 0 && word.searching() == 0, "{word:?}");
        assert!(self.sleepers.lock().is_empty());
    }
}
