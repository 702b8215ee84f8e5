//! Owns: a worker thread's loop: next slot, deque, injector, stealing, sleep. README.md, parts 1 and 2.

#![expect(unsafe_code, reason = "runs jobs")]

use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Hint, Job};
use crate::memory;
use crate::sync::deque::{Steal, Worker as Deque};
use crate::sync::{spin_loop, yield_now};
use crate::unwind::Bomb;

use super::context::WorkerScope;
use super::core::Core;
use super::idle::AfterPush;

/// How many jobs in a row come from the next slot before one goes to the end of the deque.
const DIRECT_LIMIT: u32 = 16;
/// Every so many jobs the injector comes first; a prime, so that no period of a program falls in with it.
const INJECTOR_TURN: u32 = 61;
/// How many times a searcher looks everywhere before it sleeps.
const ROUNDS: u32 = 4;

/// What belongs to one worker thread alone.
#[derive(Debug)]
pub(crate) struct Worker {
    core: Arc<Core>,
    index: usize,
    deque: Deque<Job>,
    next: Cell<Option<Job>>,
    /// Whether a job that is handed over may go to the next slot: not while user code runs.
    between: Cell<bool>,
    direct: Cell<u32>,
    turn: Cell<u32>,
    random: Cell<u64>,
}

/// What a worker thread does from start to end. Gives the deque, empty, back.
pub(super) fn main(core: Arc<Core>, index: usize, deque: Deque<Job>) -> Deque<Job> {
    // A panic in the loop is a bug of this crate; a worker that is silently gone would be a hang.
    let bomb = Bomb("a worker looked for jobs");
    let worker = Worker {
        core,
        index,
        deque,
        next: Cell::new(None),
        between: Cell::new(false),
        direct: Cell::new(0),
        turn: Cell::new(0),
        random: Cell::new(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(index as u64 + 1)),
    };
    // SAFETY: the scope ends before the worker, which holds its core.
    let scope = unsafe { WorkerScope::enter(&worker, &worker.core) };
    worker.work();
    drop(scope);
    bomb.defuse();
    let Worker { core, deque, .. } = worker;
    drop(core);
    deque
}

impl Worker {
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

    pub(super) fn push(&self, job: Job, hint: Hint) {
        if hint == Hint::HandedOver && self.between.get() && self.direct.get() < DIRECT_LIMIT {
            match self.next.take() {
                None => return self.next.set(Some(job)),
                taken => self.next.set(taken),
            }
        }
        self.deque.push(job);
        match self.core.idle.pushed() {
            // Revive: the threads are about to end, but this one has not and will find the job.
            AfterPush::Nothing | AfterPush::Revive => {}
            AfterPush::Wake(worker) => self.core.unpark(worker),
        }
    }

    /// Whether jobs that are handed over may go to the next slot; gives what was set before.
    pub(super) fn set_between(&self, between: bool) -> bool {
        self.between.replace(between)
    }

    /// Moves the job in the next slot to the deque, where others can find it.
    pub(super) fn flush_next(&self) {
        let between = self.set_between(false);
        if let Some(job) = self.next.take() {
            self.push(job, Hint::Spawned);
        }
        self.set_between(between);
    }

    /// Called by a behavior of this worker when its body has ended and its cowns are about to be released.
    #[inline]
    pub(super) fn body_ended(&self) {
        self.between.set(true);
    }

    fn work(&self) {
        loop {
            while let Some(job) = self.local_job() {
                self.run(job);
            }
            self.core.idle.start_searching();
            match self.search() {
                Some(job) => self.run(job),
                None => return,
            }
        }
    }

    fn run(&self, job: Job) {
        self.between.set(false);
        if self.core.is_cancelled() {
            // SAFETY: taken from a queue, so it is ours; this worker holds the core.
            unsafe { behavior::cancel(job) };
        } else {
            // SAFETY: as above.
            unsafe { behavior::run(job) };
        }
        self.between.set(false);
    }

    /// A job without stealing.
    fn local_job(&self) -> Option<Job> {
        if let Some(job) = self.next.take() {
            self.direct.set(self.direct.get() + 1);
            return Some(job);
        }
        self.direct.set(0);
        let turn = self.turn.get().wrapping_add(1);
        self.turn.set(turn);
        if turn.is_multiple_of(INJECTOR_TURN)
            && let Some(job) = self.injected()
        {
            return Some(job);
        }
        self.deque.pop().or_else(|| self.injected())
    }

    fn injected(&self) -> Option<Job> {
        loop {
            match self.core.injector.steal_batch_and_pop(&self.deque) {
                Steal::Success(job) => return Some(job),
                Steal::Empty => return None,
                Steal::Retry => spin_loop(),
            }
        }
    }

    /// Looks for a job until there is one, asleep in between; counted as searching. `None`: the threads are to end.
    #[cold]
    fn search(&self) -> Option<Job> {
        loop {
            for round in 0..ROUNDS {
                if let Some(job) = self.injected().or_else(|| self.steal()) {
                    if let Some(worker) = self.core.idle.found() {
                        self.core.unpark(worker);
                    }
                    return Some(job);
                }
                if round + 1 < ROUNDS {
                    yield_now();
                }
            }
            memory::post_parcel();
            self.core.tell_waiters();
            if self.core.idle.rest(self.index, || self.core.has_jobs(), || self.core.park(self.index)) {
                self.core.idle.leave();
                return None;
            }
        }
    }

    /// Half of another worker's deque.
    fn steal(&self) -> Option<Job> {
        let workers = self.core.stealers.len();
        let start = self.next_random() as usize % workers;
        for offset in 0..workers {
            let victim = (start + offset) % workers;
            if victim == self.index {
                continue;
            }
            loop {
                match self.core.stealers[victim].steal_batch_and_pop(&self.deque) {
                    Steal::Success(job) => {
                        self.core.count_stolen(self.index);
                        return Some(job);
                    }
                    Steal::Empty => break,
                    Steal::Retry => spin_loop(),
                }
            }
        }
        None
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
