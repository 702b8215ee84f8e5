//! Owns: a runtime's timers, and the thread that ends them. README.md, part 6.

#![expect(unsafe_code, reason = "the thread knows its core by pointer")]

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Failure;
use crate::later;
use crate::memory;
use crate::promise::{Promise, Resolver};
use crate::sim::Sim;
use crate::sync::{Condvar, Instant, Mutex, deadline, thread_local};
use crate::unwind::Bomb;

use super::context;
use super::core::Core;
use super::forked;
use super::lifecycle::{AfterLeaving, Lifecycle};
use super::thread_end::{Thread, ThreadEnd};
use super::wait;

/// How many timers the thread ends before it looks at the clock again.
const BATCH: usize = 256;
/// With fewer timers than this the queue is not searched for those that nothing waits for.
const FEW: usize = 1024;
/// When a timer is due that never is: its time does not fit in 64 bits.
const NEVER: u64 = u64::MAX;
const NAME: &str = "boc-timer";

/// See README.md.
#[derive(Debug)]
pub(super) struct Timers {
    /// When the core was made: times are counted from here.
    start: Instant,
    queue: Mutex<Queue>,
    /// There is an earlier timer, or the thread is to end.
    changed: Condvar,
    lifecycle: Lifecycle,
}

/// What is under the lock. No promise is resolved under it.
#[derive(Debug)]
struct Queue {
    timers: BinaryHeap<Timer>,
    /// How many timers there were.
    made: u64,
    /// How long the queue may become before it is searched.
    search_at: usize,
    /// There is a thread, and it has not left its loop.
    running: bool,
    /// The thread is to leave its loop.
    ending: bool,
}

#[derive(Debug)]
struct Timer {
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
    /// Adds a timer. Gives the timers that nothing waits for, if it was time to look for them.
    fn add(&mut self, due: u64, resolver: Resolver<()>) -> Vec<Timer> {
        let unwanted = if self.timers.len() >= self.search_at { self.take_unwanted() } else { Vec::new() };
        self.made += 1;
        self.timers.push(Timer { due, number: self.made, resolver });
        unwanted
    }

    fn take_unwanted(&mut self) -> Vec<Timer> {
        let all = mem::take(&mut self.timers).into_vec();
        let (unwanted, wanted): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|timer| timer.resolver.is_unwanted());
        // Searching costs as much as was added since the last time.
        self.search_at = (2 * wanted.len()).max(FEW);
        self.timers = wanted.into();
        unwanted
    }

    /// Takes the first timers that are due, or that nothing waits for.
    fn take_due(&mut self, now: u64) -> Vec<Timer> {
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

impl Timers {
    pub(super) fn new() -> Timers {
        let queue =
            Queue { timers: BinaryHeap::new(), made: 0, search_at: FEW, running: false, ending: false };
        Timers {
            start: Instant::now(),
            queue: Mutex::new(queue),
            changed: Condvar::default(),
            lifecycle: Lifecycle::new(),
        }
    }

    fn elapsed(&self) -> Duration {
        Instant::now() - self.start
    }

    fn now(&self) -> u64 {
        nanoseconds(self.elapsed())
    }

    /// # Errors
    /// That of the thread, if it cannot be started.
    fn add(&self, core: &Arc<Core>, delay: Duration, resolver: Resolver<()>) -> io::Result<()> {
        let due = self.elapsed().checked_add(delay).map_or(NEVER, nanoseconds);
        let mut queue = self.queue.lock();
        // Under the lock: what cancels a core says so before it empties the queue.
        if core.is_cancelled() {
            drop(queue);
            cancel(resolver);
            return Ok(());
        }
        let unwanted = queue.add(due, resolver);
        let (first, running) =
            (queue.timers.peek().is_some_and(|timer| timer.number == queue.made), queue.running);
        drop(queue);
        end_all(unwanted);
        if !running && due != NEVER {
            return self.start_thread(core);
        }
        if first {
            self.changed.notify_one();
        }
        Ok(())
    }

    fn start_thread(&self, core: &Arc<Core>) -> io::Result<()> {
        // If the old thread ends it starts another one when it has left its loop.
        let Some(starting) = self.lifecycle.start() else { return Ok(()) };
        // Under the lock, or after it: `cancel` raises the flag before `end` takes the lock. So either
        // this sees the flag, or `end` ends what is started here.
        if core.is_cancelled() {
            drop(starting);
            cancel_all(self.take_pending());
            return Ok(());
        }
        let mut queue = self.queue.lock();
        (queue.running, queue.ending) = (true, false);
        drop(queue);
        let run = |_, name| {
            let (core, end) = (Arc::clone(core), Arc::<ThreadEnd>::default());
            let its_end = Arc::clone(&end);
            let handle = core.config().thread(name).spawn(move || main(&core, end))?;
            Ok::<_, io::Error>(Thread::new(its_end, handle))
        };
        let started = starting.start(vec![NAME.to_owned()], run, || ());
        if started.is_err() {
            self.queue.lock().running = false;
        }
        started
    }

    /// For the thread: the next timers to end, after a sleep if none is due. `None`: the thread ends.
    fn next(&self) -> Option<Vec<Timer>> {
        memory::before_waiting();
        let mut queue = self.queue.lock();
        loop {
            if queue.ending {
                queue.running = false;
                return None;
            }
            let due = queue.take_due(self.now());
            if !due.is_empty() {
                return Some(due);
            }
            let next = queue.timers.peek().map(|timer| timer.due).filter(|&due| due != NEVER);
            match next.and_then(|due| deadline(self.start, Duration::from_nanos(due))) {
                None => self.changed.wait(&mut queue),
                Some(deadline) => {
                    self.changed.wait_until(&mut queue, deadline);
                }
            }
        }
    }

    /// The thread has left its loop. A timer that has come since gets another thread.
    fn thread_left(&self, core: &Arc<Core>) {
        match self.lifecycle.leave() {
            AfterLeaving::Nothing => {}
            AfterLeaving::Look { wanted } => {
                if wanted || !self.queue.lock().timers.is_empty() {
                    // An error: out of threads for the moment. The next timer tries again, and says so.
                    let _ = self.start_thread(core);
                }
            }
        }
    }

    fn take_pending(&self) -> BinaryHeap<Timer> {
        mem::take(&mut self.queue.lock().timers)
    }

    /// Whether the thread is in the parent of this process.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.lifecycle.is_elsewhere()
    }

    /// Tells the thread to end, and cancels the timers that are pending.
    pub(super) fn end(&self) {
        if self.is_elsewhere() {
            // The thread in the parent may have held the lock: then this process never gets it.
            let pending = self.queue.try_lock().map(|mut queue| mem::take(&mut queue.timers));
            return pending.into_iter().for_each(cancel_all);
        }
        self.lifecycle.end(|| {
            self.queue.lock().ending = true;
            self.changed.notify_all();
        });
        cancel_all(self.take_pending());
    }

    /// Waits until a thread that was told to end has left its loop.
    /// `false`: the deadline came first.
    pub(super) fn wait_until_left(&self, deadline: Option<Instant>) -> bool {
        self.is_elsewhere() || self.lifecycle.wait_until_left(deadline)
    }

    /// Waits for the very end of such a thread.
    /// `false`: the deadline came first.
    pub(super) fn join_thread(&self, deadline: Option<Instant>) -> bool {
        self.is_elsewhere()
            || self.lifecycle.join(deadline, |threads| {
                wait::pump_until(|| threads.iter().all(Thread::has_ended), deadline);
                threads.into_iter().filter_map(|thread| thread.join(deadline).err()).collect()
            })
    }
}

impl Core {
    /// A promise that is resolved so much later, by the core's timer thread.
    ///
    /// # Panics
    /// If the thread cannot be started, and as [`refuse_in_a_fork`](Core::refuse_in_a_fork).
    #[track_caller]
    pub(crate) fn after(self: &Arc<Core>, delay: Duration) -> Promise<()> {
        self.refuse_in_a_fork();
        if self.timers().is_elsewhere() {
            forked::refuse();
        }
        let (resolver, promise) = Promise::new();
        if let Err(error) = self.timers().add(self, delay, resolver) {
            panic!("the timer thread of the runtime cannot be started: {error}");
        }
        promise
    }

    /// How long ago the core was made; of a simulated one in virtual time.
    pub(crate) fn age(&self) -> Duration {
        self.simulation().map_or_else(|| self.timers().elapsed(), Sim::time)
    }
}

/// More than 64 bits are never.
fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(NEVER)
}

/// Ends timers whose time has come, or that nothing waits for.
fn end_all(timers: Vec<Timer>) {
    for timer in timers {
        timer.resolver.resolve(());
    }
}

/// Fails timers whose runtime ends.
fn cancel_all(timers: BinaryHeap<Timer>) {
    // All are failed before any user code runs: a waker may wait for another timer.
    let _scope = later::Scope::new();
    timers.into_iter().for_each(|timer| cancel(timer.resolver));
}

fn cancel(resolver: Resolver<()>) {
    let place = resolver.place();
    // A failure takes memory.
    if resolver.is_unwanted() { resolver.resolve(()) } else { resolver.fail(Failure::timer_cancelled(place)) }
}

thread_local! {
    /// The first thread-local of a timer thread that has a destructor, and so the last one to be
    /// destroyed.
    static LAST: Cell<Option<Last>> = const { Cell::new(None) };
}

/// Tells that the thread is at its very end.
struct Last(Arc<ThreadEnd>);

impl Drop for Last {
    fn drop(&mut self) {
        self.0.tell();
    }
}

/// What the thread does from start to end.
fn main(core: &Arc<Core>, end: Arc<ThreadEnd>) {
    LAST.set(Some(Last(end)));
    // What a timer brings about contains the panics of user code.
    let bomb = Bomb("a timer thread ended timers");
    // SAFETY: the core is borrowed for longer than the scope.
    let scope = unsafe { context::TimerScope::enter(core) };
    while let Some(due) = core.timers().next() {
        end_all(due);
    }
    drop(scope);
    bomb.defuse();
    core.timers().thread_left(core);
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    fn queue() -> Queue {
        Queue { timers: BinaryHeap::new(), made: 0, search_at: FEW, running: false, ending: false }
    }

    #[test]
    fn timers_are_due_in_the_order_of_their_times_and_then_as_they_were_made() {
        let mut queue = queue();
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
        cancel_all(queue.timers);
        let failure = promises.remove(2).join().expect_err("cancelled");
        assert!(failure.message().contains("cancelled: its runtime has ended"), "{failure}");
    }

    #[test]
    fn timers_that_nothing_waits_for_make_room() {
        let mut queue = queue();
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
