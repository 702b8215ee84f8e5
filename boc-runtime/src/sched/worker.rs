//! Owns: a worker thread's loop: next slot, own queue, injector, stealing, sleep. README.md, parts 1 and 2.

#![expect(unsafe_code, reason = "runs jobs; knows its part of the core by pointer")]

use std::cell::Cell;
use std::collections::vec_deque::Drain;
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use crate::behavior::{self, Job};
use crate::memory;
use crate::sync::{Ordering, spin_loop, thread, thread_local, yield_now};
use crate::unwind::Bomb;

use super::context::{self, WorkerScope};
use super::core::Core;
use super::counters::Counters;
use super::idle::AfterPush;
use super::rescue::Rescue;
use super::run_queue::{Full, LocalQueue, RunQueue};
use super::thief::{Sight, Thief};
use super::thread_end::ThreadEnd;

#[cfg(all(test, not(any(loom, shuttle))))]
#[path = "worker_tests.rs"]
mod tests;

/// How many jobs in a row come from the next slot before one goes to the end of the queue.
const DIRECT_LIMIT: u32 = 16;
/// How many jobs a worker takes out of the injector at a time, beside the one that it runs.
const INJECTED: usize = 64;
/// How many times a searcher looks everywhere before it sleeps.
const ROUNDS: u32 = if cfg!(all(test, shuttle)) { 3 } else { 24 };
/// How long it waits in between, in turns of a spin loop: some microseconds.
const BETWEEN_ROUNDS: u32 = if cfg!(all(test, shuttle)) { 0 } else { 128 };
/// How long a searcher dozes that has left jobs where they are. A thread is back after some 60 us more.
const DOZE: Duration = Duration::from_micros(10);

/// What belongs to one worker thread alone.
#[derive(Debug)]
pub(crate) struct Worker {
    core: Arc<Core>,
    index: usize,
    /// The core's, at this worker's number, and alive as that is.
    counters: NonNull<Counters>,
    queue: LocalQueue,
    next: Cell<Option<Job>>,
    direct: Cell<u32>,
    thief: Thief,
    rescue: Rescue,
    random: Cell<u64>,
    body: Cell<Body>,
}

/// What a worker is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Body {
    /// It is between two bodies.
    None,
    Runs,
    /// One runs that is not done when it returns: it has used the noticeboard, or has a scope; or it did not return.
    Marked,
}

/// What a worker thread does from start to end.
pub(super) fn main(core: Arc<Core>, index: usize, end: Arc<ThreadEnd>) {
    LAST.set(Some(Last(end)));
    serve(&core, index);
}

/// What a thread does that a spawn handler has made, and that may do something else afterwards.
pub(super) fn visit(core: Arc<Core>, index: usize) {
    serve(&core, index);
    context::is_no_worker_any_more();
}

fn serve(core: &Arc<Core>, index: usize) {
    core.call_hook(core.on_start(), index);
    work(Arc::clone(core), index);
    // Before new threads can be started: none begins before this one has stopped.
    core.call_hook(core.on_stop(), index);
    // From here on this is a thread like any other: the destructors of its thread-locals may
    // schedule and wait.
    core.worker_left();
}

thread_local! {
    /// The first thread-local of a worker's thread that has a destructor, and so the last one to be
    /// destroyed.
    static LAST: Cell<Option<Last>> = const { Cell::new(None) };
}

/// Tells those who wait for it that the thread is at its very end.
struct Last(Arc<ThreadEnd>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.tell();
    }
}

fn work(core: Arc<Core>, index: usize) {
    // A panic in the loop is a bug of this crate; a worker that is silently gone would be a hang.
    let bomb = Bomb("a worker looked for jobs");
    let worker = Worker::new(core, index);
    // SAFETY: the scope ends before the worker, which holds its core.
    let scope = unsafe { WorkerScope::enter(&worker, &worker.core) };
    worker.work();
    drop(scope);
    let Worker { core, queue, .. } = worker;
    if let Some(shared) = core.run_queues.get(index) {
        shared.give_back(queue);
    }
    drop(core);
    bomb.defuse();
}

impl Worker {
    /// Claims the queue of this number.
    fn new(core: Arc<Core>, index: usize) -> Worker {
        Worker {
            counters: NonNull::from(core.counters_of(index)),
            queue: core.run_queues.get(index).map_or_else(LocalQueue::alone, RunQueue::claim),
            thief: Thief::new(core.workers()),
            core,
            index,
            next: Cell::new(None),
            direct: Cell::new(0),
            rescue: Rescue::new(),
            random: Cell::new(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index as u64 + 1)),
            body: Cell::new(Body::None),
        }
    }

    pub(crate) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn core(&self) -> &Core {
        &self.core
    }

    #[inline]
    pub(super) fn belongs_to(&self, core: NonNull<Core>) -> bool {
        std::ptr::eq(Arc::as_ptr(&self.core), core.as_ptr())
    }

    /// Takes a behavior that got its last cown from the body that this worker has just run.
    #[inline]
    pub(super) fn hand_over(&self, job: Job) {
        let direct = self.direct.get() < DIRECT_LIMIT && self.next.get().is_none();
        // Where others wait they take turns: what a behavior touches is fetched meanwhile.
        if direct && self.queue.is_empty() {
            return self.next.set(Some(job));
        }
        self.push_behind(job);
    }

    /// As [`push`](Worker::push), out of line: handing over is a few instructions otherwise, inside of every release.
    #[inline(never)]
    fn push_behind(&self, job: Job) {
        self.push(job);
    }

    /// Takes any other behavior.
    #[inline]
    pub(super) fn push(&self, job: Job) {
        if let Err(Full(job)) = self.queue.push(job) {
            self.make_room(job);
        }
        if !self.queue.is_alone() {
            self.tell();
        }
    }

    /// There are jobs in the queue that a worker which is about to sleep may not have seen.
    #[inline]
    fn tell(&self) {
        match self.core.idle.pushed() {
            // Revive: the threads are about to end, but this one has not and will find the job.
            AfterPush::Nothing | AfterPush::Revive => {}
            AfterPush::Wake(worker) => self.core.unpark(worker),
        }
    }

    /// Jobs have come to this worker, which was not searching, from where all look: it runs the first, and others wait in its queue.
    /// A worker that is about to sleep may have looked here before, and there after, and a body may wait for what is behind it.
    fn tell_of_others(&self) {
        if !self.queue.is_alone() && !self.queue.is_empty() {
            self.tell();
        }
    }

    /// How many jobs are in the queue.
    pub(super) fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Tells other threads how many jobs are in the queue of the only worker, which they cannot see: for
    /// figures, now and then.
    fn say_how_many(&self) {
        if self.queue.is_alone() {
            // Relaxed: a figure.
            self.core.alone.store(self.queue.len(), Ordering::Relaxed);
        }
    }

    #[inline]
    fn counters(&self) -> &Counters {
        // SAFETY: alive as the core is, which this worker holds.
        unsafe { self.counters.as_ref() }
    }

    #[inline]
    pub(super) fn count_scheduled(&self) {
        self.counters().scheduled_by_owner();
    }

    #[inline]
    pub(crate) fn count_finished(&self) {
        self.counters().finished_by_owner();
    }

    /// A body begins.
    #[inline]
    pub(crate) fn begin_body(&self) {
        self.body.set(Body::Runs);
    }

    /// It has ended; gives whether it was marked.
    #[inline]
    pub(crate) fn end_body(&self) -> bool {
        // A comparison in memory, and not a load: one instruction less, for every behavior.
        let marked = self.body.get() != Body::Runs;
        self.body.set(Body::None);
        marked
    }

    pub(super) fn runs_body(&self) -> bool {
        self.body.get() != Body::None
    }

    /// There is more to do for the body that runs than to give up what it has.
    pub(super) fn mark_body(&self) {
        self.body.set(Body::Marked);
    }

    /// The queue is full: moves half of it, and the job, to the injector.
    #[cold]
    fn make_room(&self, job: Job) {
        let half = self.queue.take_half(self.counters());
        self.core.injector.extend(half.chain([job]));
    }

    /// Moves the job in the next slot to the queue, where others can find it.
    pub(super) fn flush_next(&self) {
        if let Some(job) = self.next.take() {
            self.push(job);
        }
    }

    fn work(&self) {
        // One call of `run`: it is long where everything in it is inlined.
        while let Some(job) = self.local_job().or_else(|| self.search()) {
            self.run(job);
        }
    }

    fn run(&self, job: Job) {
        debug_assert!(self.next.get().is_none(), "a body is about to run, and nobody could steal the job");
        if self.core.is_cancelled() {
            // SAFETY: taken from a queue, so it is ours; this worker holds the core.
            unsafe { behavior::cancel(job) };
        } else {
            // SAFETY: as above.
            unsafe { behavior::run_on(self, job) };
        }
    }

    /// A job without stealing.
    fn local_job(&self) -> Option<Job> {
        if let Some(job) = self.next.get() {
            self.next.set(None);
            self.direct.set(self.direct.get() + 1);
            return Some(job);
        }
        // Written only where it changes something, as the slot above: an atomic operation waits for the stores before it.
        if self.direct.get() != 0 {
            self.direct.set(0);
        }
        if self.rescue.ends_period() {
            if let Some(job) = self.job_from_elsewhere() {
                return Some(job);
            }
        }
        self.queue.pop(self.counters()).or_else(|| self.injected_while_busy())
    }

    /// Once in a period: a job that this worker would not come to as long as it has others.
    #[cold]
    #[inline(never)]
    fn job_from_elsewhere(&self) -> Option<Job> {
        if self.queue.is_alone() {
            self.rescue.begin_period_alone();
            self.say_how_many();
        } else if self.rescue.begin_period() {
            if let Some(job) = self.rescue() {
                return Some(job);
            }
        }
        self.injected_while_busy()
    }

    /// Half of the jobs of a worker that comes to none of them: its body is long.
    fn rescue(&self) -> Option<Job> {
        let workers = self.core.workers();
        let stuck = self.rescue.last_victim().filter(|&last| self.rescue.is_stuck(last, self.sight_of(last)));
        if let Some(job) = stuck.and_then(|victim| self.core.run_queues[victim].steal(&self.queue)) {
            self.core.count_stolen(self.index);
            self.rescue.has_rescued();
            self.tell_of_others();
            return Some(job);
        }
        // The next one in turn.
        let last = self.rescue.last_victim().unwrap_or(self.index);
        let next = (1..).map(|step| (last + step) % workers).find(|&next| next != self.index)?;
        self.rescue.is_stuck(next, self.sight_of(next));
        None
    }

    /// As [`injected`](Worker::injected), for a worker that is not searching: a searcher tells others when it has found a job.
    fn injected_while_busy(&self) -> Option<Job> {
        let job = self.injected()?;
        self.tell_of_others();
        Some(job)
    }

    #[inline(never)]
    fn injected(&self) -> Option<Job> {
        let keep = |jobs: Drain<'_, Job>| {
            for job in jobs {
                if let Err(Full(job)) = self.queue.push(job) {
                    unreachable!("{job:?}: a worker takes no more than there is room for");
                }
            }
            self.say_how_many();
        };
        self.core.injector.take(self.core.workers(), INJECTED.min(self.queue.room()), keep)
    }

    /// Looks for a job until there is one, asleep in between; counted as searching. `None`: the threads are to end.
    #[cold]
    #[inline(never)]
    fn search(&self) -> Option<Job> {
        self.core.idle.start_searching();
        self.say_how_many();
        self.thief.begin();
        'search: loop {
            for _ in 0..ROUNDS {
                if let Some(job) = self.injected().or_else(|| self.steal()) {
                    if let Some(worker) = self.core.idle.found(|| self.core.has_jobs()) {
                        self.core.unpark(worker);
                    }
                    return Some(job);
                }
                if self.thief.has_left_some() {
                    self.doze();
                }
                (0..BETWEEN_ROUNDS).for_each(|_| spin_loop());
                yield_now();
            }
            memory::post_parcel();
            self.core.tell_waiters();
            // In slices: a searcher keeps submitters from waking others.
            while memory::tidy_some() {
                if self.core.has_jobs() {
                    continue 'search;
                }
            }
            self.queue.shrink();
            if self.core.idle.rest(self.index, || self.core.has_jobs(), || self.sleep()) {
                self.core.idle.leave();
                return None;
            }
        }
    }

    fn sleep(&self) {
        self.core.park(self.index);
        self.thief.forget();
    }

    /// Lets those work whose jobs are not worth a theft: every look takes words from them that they write to, and on a core of
    /// theirs a searcher takes their turns.
    fn doze(&self) {
        thread::sleep(DOZE);
        for victim in self.others() {
            self.thief.look_again(victim, self.sight_of(victim));
        }
    }

    /// Half of another worker's queue, if that is worth it.
    fn steal(&self) -> Option<Job> {
        self.thief.begin_round();
        for victim in self.others() {
            if !self.thief.is_worth_it(victim, self.sight_of(victim)) {
                continue;
            }
            if let Some(job) = self.core.run_queues[victim].steal(&self.queue) {
                self.core.count_stolen(self.index);
                return Some(job);
            }
        }
        None
    }

    /// All other workers, from any of them on.
    fn others(&self) -> impl Iterator<Item = usize> + use<> {
        let (index, workers) = (self.index, self.core.workers());
        let start = self.next_random() as usize % workers;
        (start..workers).chain(0..start).filter(move |&other| other != index)
    }

    fn sight_of(&self, victim: usize) -> Sight {
        let counters = self.core.counters_of(victim);
        // The count first: of a job that is taken in between it is not said that it waits, nor that it was taken.
        let (taken, scheduled) = (counters.taken(), counters.scheduled());
        Sight { waiting: self.core.run_queues[victim].len(), taken, scheduled }
    }

    /// xorshift64: only the choice of a victim depends on it.
    fn next_random(&self) -> u64 {
        let mut x = self.random.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.random.set(x);
        x
    }
}
