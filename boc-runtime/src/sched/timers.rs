//! Owns: a runtime's timers, and the thread that ends them. README.md, part 6.

#![expect(unsafe_code, reason = "the thread knows its core by pointer")]

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::time::Duration;

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
use super::timer_queue::{NEVER, Queue, Timer, cancel, cancel_all, end_all};
use super::wait;

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

impl Timers {
    pub(super) fn new() -> Timers {
        Timers {
            start: Instant::now(),
            queue: Mutex::new(Queue::new()),
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
        let (first, running) = (queue.last_is_first(), queue.running);
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
            let next = queue.next_due();
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
                if wanted || !self.queue.lock().is_empty() {
                    // An error: out of threads for the moment. The next timer tries again, and says so.
                    let _ = self.start_thread(core);
                }
            }
        }
    }

    fn take_pending(&self) -> Vec<Timer> {
        self.queue.lock().take_all()
    }

    /// Whether the thread is in the parent of this process.
    pub(super) fn is_elsewhere(&self) -> bool {
        self.lifecycle.is_elsewhere()
    }

    /// Tells the thread to end, and cancels the timers that are pending.
    pub(super) fn end(&self) {
        if self.is_elsewhere() {
            // The thread in the parent may have held the lock: then this process never gets it.
            let pending = self.queue.try_lock().map(|mut queue| queue.take_all());
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
