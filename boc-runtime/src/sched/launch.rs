//! Owns: threads that a program makes itself for a runtime: [`ThreadBuilder`]. README.md, part 3, "A spawn handler".

use std::fmt;
use std::io;
use std::mem;
use std::sync::Arc;

use crate::sync::{AtomicBool, Condvar, Mutex, Ordering, ThreadMark, this_thread};

use super::core::Core;
use super::gate;
use super::thread_end::ThreadEnd;
use super::worker;

/// A worker's thread that is to be made by a [spawn handler](crate::Builder::spawn_handler).
///
/// The handler makes a thread, names it and gives it a stack as it likes, and calls
/// [`run`](ThreadBuilder::run) there.
pub struct ThreadBuilder {
    name: String,
    stack_size: Option<usize>,
    /// Until it runs.
    seat: Option<Seat>,
}

/// A worker without a thread.
struct Seat {
    core: Arc<Core>,
    index: usize,
    launch: Arc<Launch>,
    end: Arc<ThreadEnd>,
}

/// One attempt to start the threads of a core.
struct Launch {
    decision: Mutex<Decision>,
    changed: Condvar,
    /// The thread that calls the handler.
    launcher: ThreadMark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decision {
    /// The handler is being called. Seats whose builders were dropped already.
    Open { dropped: usize },
    /// The threads are the core's.
    Work,
    /// They are not needed.
    Leave,
}

impl ThreadBuilder {
    /// The worker's number, from 0.
    pub fn index(&self) -> usize {
        self.seat.as_ref().map_or(0, |seat| seat.index)
    }

    /// The name that the thread should have: see [`Builder::thread_name`](crate::Builder::thread_name).
    pub fn name(&self) -> Option<&str> {
        Some(&self.name)
    }

    /// The size of the stack that the thread should have, if the runtime's builder was told one.
    pub fn stack_size(&self) -> Option<usize> {
        self.stack_size
    }

    /// Is the worker. Returns when the threads of the runtime are to end; then the thread may do
    /// something else.
    ///
    /// # Panics
    ///
    /// In the handler itself, which would never return; and on a thread that runs a behavior or lends
    /// a pinned value.
    pub fn run(mut self) {
        let seat = self.seat.as_ref().expect("until it runs");
        assert!(
            !seat.launch.is_called_by_launcher(),
            "`ThreadBuilder::run` was called in the spawn handler, which would not return before the runtime \
             ends; call it on a thread of its own: `thread::spawn(|| worker.run())`"
        );
        assert!(
            gate::look().is_ok(),
            "`ThreadBuilder::run` was called inside a behavior, or inside `MainThread::with`; call it on a \
             thread of its own"
        );
        let Some(Seat { core, index, launch, end }) = self.seat.take() else { return };
        if launch.wait() == Decision::Work {
            worker::visit(core, index);
        }
        end.tell();
    }
}

impl Drop for ThreadBuilder {
    /// A thread that never runs is one that has ended.
    fn drop(&mut self) {
        let Some(Seat { core, launch, end, .. }) = self.seat.take() else { return };
        if launch.goes_without_one() == Decision::Work {
            core.worker_never_came();
        }
        end.tell();
    }
}

impl fmt::Debug for ThreadBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadBuilder")
            .field("index", &self.index())
            .field("name", &self.name)
            .field("stack_size", &self.stack_size)
            .finish_non_exhaustive()
    }
}

impl Launch {
    fn is_called_by_launcher(&self) -> bool {
        this_thread() == self.launcher && matches!(*self.decision.lock(), Decision::Open { .. })
    }

    /// Waits for the decision.
    fn wait(&self) -> Decision {
        let mut decision = self.decision.lock();
        while let Decision::Open { .. } = *decision {
            self.changed.wait(&mut decision);
        }
        *decision
    }

    /// A builder is dropped. The decision, if there is one.
    fn goes_without_one(&self) -> Decision {
        let mut decision = self.decision.lock();
        if let Decision::Open { dropped } = &mut *decision {
            *dropped += 1;
        }
        *decision
    }
}

/// The threads that a handler has made for a core; they go home unless they are [put to work](Crew::work).
pub(super) struct Crew {
    launch: Arc<Launch>,
    ends: Vec<Arc<ThreadEnd>>,
}

impl Crew {
    pub(super) fn new() -> Crew {
        let launch = Launch {
            decision: Mutex::new(Decision::Open { dropped: 0 }),
            changed: Condvar::default(),
            launcher: this_thread(),
        };
        Crew { launch: Arc::new(launch), ends: Vec::new() }
    }

    /// Has the next thread made.
    ///
    /// # Errors
    /// That of the handler; or if it has dropped the builder.
    pub(super) fn hire(
        &mut self,
        core: &Arc<Core>,
        name: String,
        stack_size: Option<usize>,
        handler: &(dyn Fn(ThreadBuilder) -> io::Result<()> + Send + Sync),
    ) -> io::Result<()> {
        let (index, end) = (self.ends.len(), Arc::<ThreadEnd>::default());
        self.ends.push(Arc::clone(&end));
        let seat =
            Seat { core: Arc::clone(core), index, launch: Arc::clone(&self.launch), end: Arc::clone(&end) };
        handler(ThreadBuilder { name, stack_size, seat: Some(seat) })?;
        if end.is_told() {
            return Err(io::Error::other(
                "the spawn handler has dropped the `ThreadBuilder` of a worker; call its `run` on a thread of \
                 its own, or return an error",
            ));
        }
        Ok(())
    }

    /// Told when the thread of this worker is at its end.
    pub(super) fn end_of(&self, index: usize) -> Arc<ThreadEnd> {
        Arc::clone(&self.ends[index])
    }

    /// Lets the threads work. How many have never come.
    pub(super) fn work(self) -> usize {
        self.decide(Decision::Work)
    }

    fn decide(&self, decided: Decision) -> usize {
        let before = mem::replace(&mut *self.launch.decision.lock(), decided);
        self.launch.changed.notify_all();
        if let Decision::Open { dropped } = before { dropped } else { 0 }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        let is_open = matches!(*self.launch.decision.lock(), Decision::Open { .. });
        if is_open {
            self.decide(Decision::Leave);
        }
    }
}

/// Which thread has the threads of a core made, for one at a time does.
#[derive(Debug, Default)]
pub(super) struct Launcher {
    thread: Mutex<Option<ThreadMark>>,
    changed: Condvar,
    /// Whether a thread is about to do so because a job waits: [`Launcher::call`].
    called: AtomicBool,
}

/// The right to have threads made.
pub(super) struct Launching<'l>(&'l Launcher);

impl Launcher {
    /// Waits for its turn. `None`: the calling thread is at it already, in the handler.
    pub(super) fn begin(&self) -> Option<Launching<'_>> {
        let mut thread = self.thread.lock();
        while let Some(other) = *thread {
            if other == this_thread() {
                return None;
            }
            self.changed.wait(&mut thread);
        }
        *thread = Some(this_thread());
        Some(Launching(self))
    }

    /// A job waits for threads: whether the caller has to see to it.
    pub(super) fn call(&self) -> bool {
        // Acquire and Release: a caller that is told no has its job seen by what follows `answer`.
        !self.called.swap(true, Ordering::AcqRel)
    }

    /// Before the look whether jobs wait.
    pub(super) fn answer(&self) {
        self.called.swap(false, Ordering::AcqRel);
    }
}

impl Drop for Launching<'_> {
    fn drop(&mut self) {
        *self.0.thread.lock() = None;
        self.0.changed.notify_all();
    }
}
