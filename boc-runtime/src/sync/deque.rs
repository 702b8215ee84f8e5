//! Owns: a work-stealing deque for the checkers, with the interface of `crossbeam-deque` as far as the scheduler uses it.
//!
//! A list under a lock: the checkers look at how the scheduler uses a deque, not at the crate's own protocol.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Mutex;

/// The owner's half.
#[derive(Debug)]
pub(crate) struct Worker<T>(Arc<Mutex<VecDeque<T>>>);

/// The other threads' half.
#[derive(Debug)]
pub(crate) struct Stealer<T>(Arc<Mutex<VecDeque<T>>>);

/// How an attempt to steal ended.
#[derive(Debug)]
pub(crate) enum Steal<T> {
    /// The deque was empty.
    Empty,
    /// One item.
    Success(T),
}

impl<T> Steal<T> {
    pub(crate) fn success(self) -> Option<T> {
        match self {
            Steal::Empty => None,
            Steal::Success(item) => Some(item),
        }
    }
}

impl<T> Worker<T> {
    pub(crate) fn new_fifo() -> Worker<T> {
        Worker(Arc::new(Mutex::new(VecDeque::new())))
    }

    pub(crate) fn stealer(&self) -> Stealer<T> {
        Stealer(Arc::clone(&self.0))
    }

    pub(crate) fn push(&self, item: T) {
        self.0.lock().push_back(item);
    }

    pub(crate) fn pop(&self) -> Option<T> {
        self.0.lock().pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<T> Stealer<T> {
    pub(crate) fn len(&self) -> usize {
        self.0.lock().len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves half of the items, at most `limit`, to `own`, and takes the first of them out.
    pub(crate) fn steal_batch_with_limit_and_pop(&self, own: &Worker<T>, limit: usize) -> Steal<T> {
        let taken: VecDeque<T> = {
            let mut items = self.0.lock();
            let count = items.len().div_ceil(2).min(limit);
            items.drain(..count).collect()
        };
        // Between the two locks other threads run: the items are in neither deque, as in the crate.
        let mut taken = taken.into_iter();
        let Some(first) = taken.next() else { return Steal::Empty };
        own.0.lock().extend(taken);
        Steal::Success(first)
    }
}
