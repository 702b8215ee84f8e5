//! Owns: whether a core has threads, and how they end: README.md, part 3.

use std::mem;

use crate::sync::{
    AtomicU32, Condvar, Instant, Mutex, MutexGuard, Ordering, forks, sleep_until, watch_forks,
};

use super::thread_end::Thread;

/// The threads of a core. Its lock is held for a few instructions, or while threads are started: no
/// thread waits for another one, or runs user code, under it.
#[derive(Debug)]
pub(super) struct Lifecycle<H = Thread> {
    threads: Mutex<Threads<H>>,
    /// A phase has ended, or threads were joined.
    changed: Condvar,
    /// In which process the threads are: its generation and one; 0: there are none. Written under the
    /// lock, and read without: the child of a fork may find the lock taken for ever.
    process: AtomicU32,
}

#[derive(Debug)]
struct Threads<H> {
    phase: Phase,
    /// Workers that have not left their loop.
    working: usize,
    /// The threads of the current phase.
    handles: Vec<H>,
    /// Threads that have left their loop, and may still run destructors of thread-locals.
    left: Vec<H>,
    /// How many threads join such threads.
    joiners: usize,
    /// How often the threads have ended.
    ends: u64,
    /// Wanted: threads as soon as the old ones have ended.
    restart: bool,
    /// The names of the threads when they were last started, or were to be.
    names: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// There are no threads.
    Stopped,
    /// There are threads.
    Running,
    /// They have been told to end, and some have not left their loop.
    Ending,
}

/// What a worker that has left its loop has to do.
#[derive(Debug, PartialEq, Eq)]
#[must_use = "a job that came while the threads ended may wait for new ones"]
pub(super) enum AfterLeaving {
    /// Others will leave after it.
    Nothing,
    /// It was the last one. Start threads again if there is a job, or if they are wanted.
    Look { wanted: bool },
}

/// The lock, taken to start threads. There are none, and none are ending.
#[derive(Debug)]
pub(super) struct Starting<'l, H = Thread> {
    threads: MutexGuard<'l, Threads<H>>,
    process: &'l AtomicU32,
}

impl<H> Lifecycle<H> {
    /// There are no threads.
    pub(super) fn new() -> Lifecycle<H> {
        let threads = Threads {
            phase: Phase::Stopped,
            working: 0,
            handles: Vec::new(),
            left: Vec::new(),
            joiners: 0,
            ends: 0,
            restart: false,
            names: Vec::new(),
        };
        Lifecycle { threads: Mutex::new(threads), changed: Condvar::default(), process: AtomicU32::new(0) }
    }

    /// Begins to start threads. `None`: there are some, or there will be once the old ones have
    /// ended.
    pub(super) fn start(&self) -> Option<Starting<'_, H>> {
        let mut threads = self.threads.lock();
        match threads.phase {
            Phase::Stopped => return Some(Starting { threads, process: &self.process }),
            Phase::Ending => threads.restart = true,
            Phase::Running => {}
        }
        None
    }

    /// Whether there are threads, in another process: this one is a fork of it. Here they will never
    /// run anything, or leave.
    #[inline]
    pub(super) fn is_elsewhere(&self) -> bool {
        // Relaxed: see `Starting::start`.
        let process = self.process.load(Ordering::Relaxed);
        process != 0 && process != forks() + 1
    }

    /// Tells the threads to end, by `tell`, if there are any that have not been told.
    pub(super) fn end(&self, tell: impl FnOnce()) {
        let mut threads = self.threads.lock();
        if threads.phase == Phase::Running {
            threads.phase = Phase::Ending;
            // Under the lock: the last worker to leave, which locks too, sees every job whose
            // submitter did not see the flag that this raises.
            tell();
        }
    }

    /// Whether threads that were told to end have not left their loops.
    pub(super) fn is_ending(&self) -> bool {
        self.threads.lock().phase == Phase::Ending
    }

    /// Waits until the threads that were told to end have left their loops. `false`: the deadline
    /// came first.
    pub(super) fn wait_until_left(&self, deadline: Option<Instant>) -> bool {
        let mut threads = self.threads.lock();
        let ends = threads.ends;
        while threads.phase == Phase::Ending && threads.ends == ends {
            if !sleep_until(&self.changed, &mut threads, deadline) {
                return threads.phase != Phase::Ending || threads.ends != ends;
            }
        }
        true
    }

    /// Joins the threads that have left their loops, by `join`, not under the lock; `join` gives those
    /// back that have not ended before the deadline. Then waits until other callers have joined
    /// theirs. `false`: the deadline came first.
    pub(super) fn join(&self, deadline: Option<Instant>, join: impl Fn(Vec<H>) -> Vec<H>) -> bool {
        let mut threads = self.threads.lock();
        loop {
            let left = mem::take(&mut threads.left);
            if !left.is_empty() {
                threads.joiners += 1;
                drop(threads);
                let late = join(left);
                threads = self.threads.lock();
                threads.joiners -= 1;
                let in_time = late.is_empty();
                // For the next caller, or for one that waits below.
                threads.left.extend(late);
                self.changed.notify_all();
                if !in_time {
                    return false;
                }
            }
            while threads.joiners != 0 && threads.left.is_empty() {
                if !sleep_until(&self.changed, &mut threads, deadline) {
                    return threads.joiners == 0 && threads.left.is_empty();
                }
            }
            if threads.left.is_empty() {
                return true;
            }
        }
    }

    /// A worker has left its loop, and touches its part of the core no more.
    pub(super) fn leave(&self) -> AfterLeaving {
        self.one_leaves(self.threads.lock())
    }

    /// As [`leave`](Lifecycle::leave), for a worker whose thread never came. If it is the last one, and
    /// has not been told to end, `tell` tells submitters that there are no threads.
    pub(super) fn leave_without_coming(&self, tell: impl FnOnce()) -> AfterLeaving {
        let threads = self.threads.lock();
        if threads.working == 1 && threads.phase == Phase::Running {
            tell();
        }
        self.one_leaves(threads)
    }

    fn one_leaves(&self, mut threads: MutexGuard<'_, Threads<H>>) -> AfterLeaving {
        threads.working -= 1;
        if threads.working != 0 {
            return AfterLeaving::Nothing;
        }
        let handles = mem::take(&mut threads.handles);
        threads.left.extend(handles);
        threads.phase = Phase::Stopped;
        // Relaxed: as in `Starting::start`.
        self.process.store(0, Ordering::Relaxed);
        threads.ends += 1;
        self.changed.notify_all();
        AfterLeaving::Look { wanted: mem::take(&mut threads.restart) }
    }
}

impl<H> Starting<'_, H> {
    /// The names for a start that must run no user code.
    pub(super) fn last_names(&self) -> Vec<String> {
        self.threads.names.clone()
    }

    /// Starts one thread for each name; `run` makes it. At an error the threads that were started
    /// are told to end, by `tell`.
    pub(super) fn start<E>(
        mut self,
        names: Vec<String>,
        mut run: impl FnMut(usize, String) -> Result<H, E>,
        tell: impl FnOnce(),
    ) -> Result<(), E> {
        let threads = &mut *self.threads;
        // At an error, too: a job that came meanwhile starts them again (`last_names`).
        threads.names.clone_from(&names);
        watch_forks();
        // Relaxed: read by the thread that forks, in the child, or for a message.
        self.process.store(forks() + 1, Ordering::Relaxed);
        // No thread leaves before this lock is given back.
        for (index, name) in names.into_iter().enumerate() {
            match run(index, name) {
                Ok(handle) => {
                    threads.handles.push(handle);
                    threads.working += 1;
                }
                Err(error) => {
                    tell();
                    if threads.working == 0 {
                        self.process.store(0, Ordering::Relaxed);
                    } else {
                        threads.phase = Phase::Ending;
                    }
                    return Err(error);
                }
            }
        }
        threads.phase = Phase::Running;
        Ok(())
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn threads_of_which_one_could_not_be_started_are_started_again_by_a_job() {
        let lifecycle = Lifecycle::<usize>::new();
        let names = vec!["one".to_owned(), "two".to_owned()];
        let first = lifecycle.start().expect("there are no threads");
        let fails = |index, _| if index == 1 { Err("no thread") } else { Ok(index) };
        assert_eq!(first.start(names.clone(), fails, || ()), Err("no thread"));
        assert!(lifecycle.start().is_none(), "one runs still, and another job has come");
        assert_eq!(lifecycle.leave(), AfterLeaving::Look { wanted: true });
        let again = lifecycle.start().expect("they have ended");
        assert_eq!(again.last_names(), names);
    }
}
