//! Owns: `crossbeam_deque`'s interface, by queues under locks: what is inside of that crate is not looked at, what is done
//! with it is. As there, a look may be stale, half of a queue can be stolen, and whoever is in each other's way tries again.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Mutex;

/// At most so many are stolen at once.
const BATCH: usize = 32;

#[derive(Debug)]
struct Queue<T>(Mutex<VecDeque<T>>);

impl<T> Queue<T> {
    fn new() -> Queue<T> {
        Queue(Mutex::new(VecDeque::new()))
    }

    fn push(&self, job: T) {
        self.0.lock().push_back(job);
    }

    fn pop(&self) -> Option<T> {
        self.0.lock().pop_front()
    }

    fn is_empty(&self) -> bool {
        self.0.lock().is_empty()
    }

    /// Takes the first job, and moves half of the others.
    fn steal_batch_and_pop(&self, to: &Worker<T>) -> Steal<T> {
        let Some(mut jobs) = self.0.try_lock() else { return Steal::Retry };
        let Some(first) = jobs.pop_front() else { return Steal::Empty };
        let half = (jobs.len() / 2).min(BATCH);
        let batch: Vec<_> = jobs.drain(..half).collect();
        drop(jobs);
        batch.into_iter().for_each(|job| to.push(job));
        Steal::Success(first)
    }
}

/// What came of an attempt.
pub(crate) enum Steal<T> {
    Empty,
    Success(T),
    Retry,
}

#[derive(Debug)]
pub(crate) struct Injector<T>(Queue<T>);

impl<T> Injector<T> {
    pub(crate) fn new() -> Injector<T> {
        Injector(Queue::new())
    }

    pub(crate) fn push(&self, job: T) {
        self.0.push(job);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn steal(&self) -> Steal<T> {
        match self.0.0.try_lock() {
            None => Steal::Retry,
            Some(mut jobs) => jobs.pop_front().map_or(Steal::Empty, Steal::Success),
        }
    }

    pub(crate) fn steal_batch_and_pop(&self, to: &Worker<T>) -> Steal<T> {
        self.0.steal_batch_and_pop(to)
    }
}

#[derive(Debug)]
pub(crate) struct Worker<T>(Arc<Queue<T>>);

impl<T> Worker<T> {
    pub(crate) fn new_fifo() -> Worker<T> {
        Worker(Arc::new(Queue::new()))
    }

    pub(crate) fn stealer(&self) -> Stealer<T> {
        Stealer(Arc::clone(&self.0))
    }

    pub(crate) fn push(&self, job: T) {
        self.0.push(job);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.0.pop()
    }
}

#[derive(Debug)]
pub(crate) struct Stealer<T>(Arc<Queue<T>>);

impl<T> Stealer<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn steal_batch_and_pop(&self, to: &Worker<T>) -> Steal<T> {
        self.0.steal_batch_and_pop(to)
    }
}
