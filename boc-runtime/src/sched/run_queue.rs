//! Owns: a worker's own queue: its owner's half, and the half that thieves use. README.md, part 1.

#![expect(
    unsafe_code,
    reason = "a cell without a flag: pushing and popping are a few instructions of every behavior"
)]

use std::collections::VecDeque;

use crate::behavior::Job;
use crate::memory::prefetch;
use crate::sync::deque::{Stealer, Worker};
use crate::sync::{Mutex, UnsafeCell};

use super::counters::Counters;

/// How many jobs a queue with thieves holds: what comes on top goes to the injector.
const LEN: usize = if cfg!(all(test, any(loom, shuttle))) { 4 } else { 256 };

/// The queue of one worker, as the other workers know it.
#[derive(Debug)]
pub(super) struct RunQueue {
    stealer: Stealer<Job>,
    /// The owner's half, while there is no thread that has it.
    owner: Mutex<Option<Worker<Job>>>,
}

/// A worker's own queue, as its owner knows it. First in, first out.
#[derive(Debug)]
pub(super) enum LocalQueue {
    /// The only worker's: there is no thief.
    Alone(List),
    /// The owner's half of a [`RunQueue`].
    Shared(Worker<Job>),
}

/// A list of one thread (it is not `Sync`).
#[derive(Debug, Default)]
pub(super) struct List(UnsafeCell<VecDeque<Job>>);

/// The queue is full.
#[derive(Debug)]
pub(super) struct Full(pub(super) Job);

impl RunQueue {
    pub(super) fn new() -> RunQueue {
        let owner = Worker::new_fifo();
        RunQueue { stealer: owner.stealer(), owner: Mutex::new(Some(owner)) }
    }

    /// The owner's half, for the worker's thread.
    pub(super) fn claim(&self) -> LocalQueue {
        let owner = self.owner.lock().take();
        LocalQueue::Shared(owner.expect("a worker has one thread, and its last one has given the queue back"))
    }

    /// Takes the owner's half back when the worker's thread ends.
    pub(super) fn give_back(&self, local: LocalQueue) {
        if let LocalQueue::Shared(owner) = local {
            *self.owner.lock() = Some(owner);
        }
    }

    /// How many jobs wait. The answer may be old.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.stealer.len()
    }

    /// Whether no job waits. After a fence, for a worker that is about to sleep: README.md, part 2.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.stealer.is_empty()
    }

    /// Moves half of the jobs behind those in the `thief`'s queue, and takes one of them out. `None`: there is none, or another
    /// worker was faster.
    pub(super) fn steal(&self, thief: &LocalQueue) -> Option<Job> {
        let LocalQueue::Shared(own) = thief else { return None };
        self.stealer.steal_batch_with_limit_and_pop(own, LEN).success()
    }
}

impl List {
    /// Only functions of this file come here: none of them uses the list again before it returns.
    #[inline]
    fn with<R>(&self, use_it: impl FnOnce(&mut VecDeque<Job>) -> R) -> R {
        // SAFETY: of this thread, and nothing else refers to it meanwhile (see above).
        use_it(unsafe { &mut *self.0.get() })
    }

    #[inline]
    fn pop(&self) -> Option<Job> {
        self.with(|jobs| {
            let first = jobs.pop_front()?;
            if let Some(next) = jobs.front() {
                let block = next.0.as_ptr().cast::<u8>();
                prefetch(block);
                prefetch(block.wrapping_add(64));
            }
            Some(first)
        })
    }
}

impl LocalQueue {
    /// The queue of a worker that is the only one.
    pub(super) fn alone() -> LocalQueue {
        LocalQueue::Alone(List::default())
    }

    /// Whether there is no thief.
    #[inline]
    pub(super) fn is_alone(&self) -> bool {
        matches!(self, LocalQueue::Alone(_))
    }

    /// Puts a job behind the others.
    #[inline]
    pub(super) fn push(&self, job: Job) -> Result<(), Full> {
        match self {
            LocalQueue::Alone(jobs) => jobs.with(|jobs| jobs.push_back(job)),
            LocalQueue::Shared(jobs) if jobs.len() < LEN => jobs.push(job),
            LocalQueue::Shared(_) => return Err(Full(job)),
        }
        Ok(())
    }

    /// Takes the first job, and counts it where thieves look: how many the owner takes says whether a theft is worth it.
    #[inline]
    pub(super) fn pop(&self, counters: &Counters) -> Option<Job> {
        match self {
            LocalQueue::Alone(jobs) => jobs.pop(),
            LocalQueue::Shared(jobs) => {
                let job = jobs.pop()?;
                counters.taken_by_owner();
                Some(job)
            }
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        match self {
            LocalQueue::Alone(jobs) => jobs.with(|jobs| jobs.is_empty()),
            LocalQueue::Shared(jobs) => jobs.is_empty(),
        }
    }

    /// How many jobs wait.
    pub(super) fn len(&self) -> usize {
        match self {
            LocalQueue::Alone(jobs) => jobs.with(|jobs| jobs.len()),
            LocalQueue::Shared(jobs) => jobs.len(),
        }
    }

    /// Gives back the memory of an empty list that was long. The owner is about to sleep.
    pub(super) fn shrink(&self) {
        if let LocalQueue::Alone(jobs) = self {
            jobs.with(shrink_if_empty);
        }
    }

    /// How many jobs there is room for. Thieves only add to it.
    pub(super) fn room(&self) -> usize {
        match self {
            LocalQueue::Alone(_) => usize::MAX,
            LocalQueue::Shared(jobs) => LEN.saturating_sub(jobs.len()),
        }
    }

    /// Takes the first half of a full queue, to make room.
    pub(super) fn take_half(&self, counters: &Counters) -> impl Iterator<Item = Job> {
        std::iter::from_fn(|| self.pop(counters)).take(LEN / 2)
    }
}

/// How many jobs a list keeps room for when it is empty: 512 KiB.
const KEPT: usize = 1 << 16;

/// Gives back the memory of an empty list that was long.
pub(super) fn shrink_if_empty(jobs: &mut VecDeque<Job>) {
    if jobs.is_empty() && jobs.capacity() > KEPT {
        jobs.shrink_to(KEPT);
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use std::ptr::{self, NonNull};
    use std::sync::Barrier;

    use super::*;

    fn job(number: usize) -> Job {
        Job(NonNull::new(ptr::without_provenance_mut(number * 8)).expect("a number from 1"))
    }

    fn number(job: Job) -> usize {
        job.0.addr().get() / 8
    }

    fn fill(queue: &LocalQueue, numbers: impl IntoIterator<Item = usize>) {
        numbers.into_iter().for_each(|number| queue.push(job(number)).expect("there is room"));
    }

    fn drain(queue: &LocalQueue) -> Vec<usize> {
        std::iter::from_fn(|| queue.pop(&Counters::default())).map(number).collect()
    }

    #[test]
    fn a_full_queue_refuses_a_job_and_gives_its_older_half_away() {
        let shared = RunQueue::new();
        let local = shared.claim();
        fill(&local, 1..=LEN);
        assert_eq!(local.room(), 0);
        let Err(Full(refused)) = local.push(job(LEN + 1)) else { panic!("the queue was full") };
        assert_eq!(number(refused), LEN + 1);
        let half: Vec<_> = local.take_half(&Counters::default()).map(number).collect();
        assert_eq!(half, (1..=LEN / 2).collect::<Vec<_>>());
        assert_eq!(drain(&local), (LEN / 2 + 1..=LEN).collect::<Vec<_>>());
    }

    #[test]
    fn a_queue_that_is_given_back_is_claimed_again() {
        let shared = RunQueue::new();
        let local = shared.claim();
        fill(&local, 1..=1);
        shared.give_back(local);
        assert_eq!(drain(&shared.claim()), [1]);
    }

    #[test]
    fn the_only_worker_has_room_for_everything() {
        let local = LocalQueue::alone();
        fill(&local, 1..=10 * LEN);
        assert_eq!(drain(&local), (1..=10 * LEN).collect::<Vec<_>>());
    }

    /// A theft into a queue that other thieves take from at the same time loses nothing.
    #[test]
    fn thieves_steal_from_each_other_and_lose_no_job() {
        const WORKERS: usize = 3;
        const ROUNDS: usize = if cfg!(miri) { 4 } else { 2000 };
        for _ in 0..ROUNDS {
            let queues: Vec<_> = (0..WORKERS).map(|_| RunQueue::new()).collect();
            let locals: Vec<_> = queues.iter().map(RunQueue::claim).collect();
            for (index, local) in locals.iter().enumerate() {
                fill(local, (0..200).map(|job| 1 + job * WORKERS + index));
            }
            let start = Barrier::new(WORKERS);
            let mut seen: Vec<usize> = std::thread::scope(|scope| {
                let threads: Vec<_> = locals
                    .into_iter()
                    .enumerate()
                    .map(|(index, local)| {
                        let (queues, start) = (&queues, &start);
                        scope.spawn(move || {
                            start.wait();
                            let mut seen = Vec::new();
                            for round in 0..20 {
                                let victim = &queues[(index + 1 + round % (WORKERS - 1)) % WORKERS];
                                seen.extend(victim.steal(&local).map(number));
                                seen.extend(local.pop(&Counters::default()).map(number));
                            }
                            // The others still steal from this queue meanwhile.
                            seen.extend(drain(&local));
                            (seen, local)
                        })
                    })
                    .collect();
                let ended: Vec<_> =
                    threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
                ended.into_iter().flat_map(|(seen, local)| seen.into_iter().chain(drain(&local))).collect()
            });
            seen.sort_unstable();
            assert_eq!(seen, (1..=200 * WORKERS).collect::<Vec<_>>());
        }
    }
}
