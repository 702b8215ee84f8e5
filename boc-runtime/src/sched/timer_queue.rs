//! Owns: the queue of a runtime's timers, and how a timer ends. README.md, part 6.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::mem;

use crate::failure::Failure;
use crate::later;
use crate::promise::Resolver;

/// How many timers the thread ends before it looks at the clock again.
const BATCH: usize = 256;
/// With fewer timers than this the queue is not searched for those that nothing waits for.
const FEW: usize = 1024;
/// When a timer is due that never is: its time does not fit in 64 bits.
pub(super) const NEVER: u64 = u64::MAX;

/// What is under the lock. No promise is resolved under it.
#[derive(Debug)]
pub(super) struct Queue {
    timers: BinaryHeap<Timer>,
    /// How many timers there were.
    made: u64,
    /// How long the queue may become before it is searched.
    search_at: usize,
    /// There is a thread, and it has not left its loop.
    pub(super) running: bool,
    /// The thread is to leave its loop.
    pub(super) ending: bool,
}

#[derive(Debug)]
pub(super) struct Timer {
    /// In nanoseconds since the start.
    due: u64,
    number: u64,
    resolver: Resolver<()>,
}

impl Timer {
    /// Reversed: the heap has its greatest first.
    fn key(&self) -> (u64, u64) {
        (NEVER - self.due, u64::MAX - self.number)
    }
}

impl PartialEq for Timer {
    fn eq(&self, other: &Timer) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Timer {}

impl PartialOrd for Timer {
    fn partial_cmp(&self, other: &Timer) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timer {
    fn cmp(&self, other: &Timer) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Queue {
    /// Empty, and without a thread.
    pub(super) fn new() -> Queue {
        Queue { timers: BinaryHeap::new(), made: 0, search_at: FEW, running: false, ending: false }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.timers.is_empty()
    }

    /// Whether the timer that was added last is the first one.
    pub(super) fn last_is_first(&self) -> bool {
        self.timers.peek().is_some_and(|timer| timer.number == self.made)
    }

    /// When the first timer is due; `None`: none ever is.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.timers.peek().map(|timer| timer.due).filter(|&due| due != NEVER)
    }

    pub(super) fn take_all(&mut self) -> Vec<Timer> {
        mem::take(&mut self.timers).into_vec()
    }

    /// Adds a timer. Gives the timers that nothing waits for, if it was time to look for them.
    pub(super) fn add(&mut self, due: u64, resolver: Resolver<()>) -> Vec<Timer> {
        let unwanted = if self.timers.len() >= self.search_at { self.take_unwanted() } else { Vec::new() };
        self.made += 1;
        self.timers.push(Timer { due, number: self.made, resolver });
        unwanted
    }

    fn take_unwanted(&mut self) -> Vec<Timer> {
        let all = self.take_all();
        let (unwanted, wanted): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|timer| timer.resolver.is_unwanted());
        // Searching costs as much as was added since the last time.
        self.search_at = (2 * wanted.len()).max(FEW);
        self.timers = wanted.into();
        unwanted
    }

    /// Takes the first timers that are due, or that nothing waits for.
    pub(super) fn take_due(&mut self, now: u64) -> Vec<Timer> {
        let mut due = Vec::new();
        while due.len() < BATCH
            && self.timers.peek().is_some_and(|timer| timer.due <= now || timer.resolver.is_unwanted())
        {
            due.extend(self.timers.pop());
        }
        if !due.is_empty() {
            // What a burst has taken goes back.
            let (length, capacity) = (self.timers.len(), self.timers.capacity());
            if capacity > FEW && length < capacity / 4 {
                self.timers.shrink_to(2 * length);
                self.search_at = (2 * length).max(FEW);
            }
        }
        due
    }
}

/// Ends timers whose time has come, or that nothing waits for.
pub(super) fn end_all(timers: Vec<Timer>) {
    for timer in timers {
        timer.resolver.resolve(());
    }
}

/// Fails timers whose runtime ends.
pub(super) fn cancel_all(timers: Vec<Timer>) {
    // All are failed before any user code runs: a waker may wait for another timer.
    let _scope = later::Scope::new();
    timers.into_iter().for_each(|timer| cancel(timer.resolver));
}

pub(super) fn cancel(resolver: Resolver<()>) {
    let place = resolver.place();
    // A failure takes memory.
    if resolver.is_unwanted() { resolver.resolve(()) } else { resolver.fail(Failure::timer_cancelled(place)) }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::promise::Promise;

    #[test]
    fn timers_are_due_in_the_order_of_their_times_and_then_as_they_were_made() {
        let mut queue = Queue::new();
        let mut promises = Vec::new();
        for due in [5, 3, NEVER, 5, 1, 3] {
            let (resolver, promise) = Promise::new();
            promises.push(promise);
            queue.add(due, resolver);
        }
        let order = |timers: Vec<Timer>| {
            let order: Vec<_> = timers.iter().map(|timer| (timer.due, timer.number)).collect();
            end_all(timers);
            order
        };
        assert_eq!(order(queue.take_due(0)), []);
        assert_eq!(order(queue.take_due(4)), [(1, 5), (3, 2), (3, 6)]);
        assert_eq!(order(queue.take_due(NEVER - 1)), [(5, 1), (5, 4)]);
        assert_eq!(queue.timers.len(), 1);
        cancel_all(queue.take_all());
        let failure = promises.remove(2).join().expect_err("cancelled");
        assert!(failure.message().contains("cancelled: its runtime has ended"), "{failure}");
    }

    #[test]
    fn timers_that_nothing_waits_for_make_room() {
        let mut queue = Queue::new();
        let mut kept = Vec::new();
        for number in 0..100 * FEW {
            let (resolver, promise) = Promise::new();
            if number % 100 == 0 {
                kept.push(promise);
            }
            end_all(queue.add(1_000 + number as u64, resolver));
            assert!(queue.timers.len() <= FEW.max(2 * kept.len()) + 1, "{}", queue.timers.len());
        }
        // Those at the front need no search; one that is waited for is in the way.
        while queue.timers.peek().is_some_and(|timer| timer.due == 1_000 || timer.resolver.is_unwanted()) {
            end_all(queue.take_due(1_000));
        }
        assert!(queue.timers.len() < FEW + kept.len());
        drop(kept);
        while !queue.timers.is_empty() {
            let due = queue.take_due(1_000);
            assert!(!due.is_empty());
            end_all(due);
        }
        assert!(queue.timers.capacity() <= FEW, "{}", queue.timers.capacity());
    }

    #[test]
    fn a_timer_is_wanted_while_a_handle_a_request_or_a_join_is_left() {
        let (resolver, promise) = Promise::<()>::new();
        assert!(!resolver.is_unwanted());
        let other = promise.clone();
        drop(promise);
        assert!(!resolver.is_unwanted());
        let request = crate::when(&other, |_| 7);
        drop(other);
        assert!(!resolver.is_unwanted());
        resolver.resolve(());
        assert_eq!(request.join().expect("resolved"), 7);
        let (resolver, promise) = Promise::<()>::new();
        drop(promise);
        assert!(resolver.is_unwanted());
    }
}
