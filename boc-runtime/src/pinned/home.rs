//! Owns: the part of a pinning thread that other threads see: its inbox. README.md, "Parts" and "Closing".

#![expect(unsafe_code, reason = "passes jobs and dead blocks on")]

use std::collections::VecDeque;
use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;
use std::thread::ThreadId;

use parking_lot::Mutex;

use crate::behavior::Job;
use crate::later;
use crate::sched::Parker;
use crate::sync::{AtomicUsize, Ordering};

use super::cown::PinnedHeader;

/// A thread that has claimed `MainThread`.
pub(crate) struct Home {
    thread: ThreadId,
    parker: Arc<Parker>,
    inbox: Mutex<Inbox>,
    /// Jobs in the inbox and in the local queue.
    depth: AtomicUsize,
    wake_hook: Mutex<Option<WakeHook>>,
}

/// User code that wakes the thread's event loop.
type WakeHook = Arc<dyn Fn() + Send + Sync>;

/// What other threads have sent.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) jobs: VecDeque<Job>,
    pub(super) dead: Vec<Dead>,
    closed: bool,
}

/// What is to be dropped at home.
pub(super) enum Dead {
    /// The value of a pinned cown without handles; comes with a weak count.
    Cown(NonNull<PinnedHeader>),
    /// A body whose behavior was cancelled.
    Body(u64),
}

// SAFETY: only the home thread touches what it names.
unsafe impl Send for Dead {}

impl Home {
    /// The home that the calling thread is.
    pub(super) fn of_this_thread() -> Home {
        Home {
            thread: std::thread::current().id(),
            parker: Parker::current(),
            inbox: Mutex::default(),
            depth: AtomicUsize::new(0),
            wake_hook: Mutex::new(None),
        }
    }

    pub(crate) fn thread(&self) -> ThreadId {
        self.thread
    }

    pub(crate) fn is_here(&self) -> bool {
        std::thread::current().id() == self.thread
    }

    /// Sends a behavior that has all its cowns home; cancels it if nobody lives there any more.
    pub(crate) fn submit(self: Arc<Home>, job: Job) {
        let mut inbox = self.inbox.lock();
        if inbox.closed {
            drop(inbox);
            // SAFETY: dispatched to us, so it is ours to end.
            return unsafe { later::cancel(job) };
        }
        inbox.jobs.push_back(job);
        // Relaxed: under the lock; the home thread, which subtracts, has taken the job under it.
        let was_empty = self.depth.fetch_add(1, Ordering::Relaxed) == 0;
        drop(inbox);
        self.parker.unpark();
        if was_empty {
            later::call_wake_hook(self);
        }
    }

    /// A job leaves the local queue, to be run or cancelled.
    pub(super) fn job_leaves(&self) {
        // Relaxed: see `submit`. A submitter that finds 0 comes after this in the order of this word: an edge.
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// Sets what wakes the event loop; called at once if something waits already.
    pub(super) fn set_wake_hook(self: &Arc<Home>, hook: WakeHook) {
        let old = self.wake_hook.lock().replace(hook);
        drop(old);
        // Relaxed: a submitter whose addition is not seen yet finds the new hook behind the lock.
        if self.depth.load(Ordering::Relaxed) != 0 {
            later::call_wake_hook(Arc::clone(self));
        }
    }

    /// Calls the hook, not under the lock.
    pub(crate) fn call_wake_hook(&self) {
        let hook = self.wake_hook.lock().clone();
        if let Some(hook) = hook {
            hook();
        }
    }

    /// Sends a value home to be dropped. `false`: nobody lives there, and the value is gone or will be.
    pub(super) fn send_dead(&self, dead: Dead) -> bool {
        let mut inbox = self.inbox.lock();
        if inbox.closed {
            return false;
        }
        inbox.dead.push(dead);
        drop(inbox);
        self.parker.unpark();
        true
    }

    /// Empties the inbox.
    pub(super) fn take(&self) -> Inbox {
        std::mem::take(&mut *self.inbox.lock())
    }

    /// Empties the inbox; `None`: it was empty, and is closed from now on.
    pub(super) fn take_or_close(&self) -> Option<Inbox> {
        let mut inbox = self.inbox.lock();
        if inbox.jobs.is_empty() && inbox.dead.is_empty() {
            inbox.closed = true;
            return None;
        }
        Some(std::mem::take(&mut *inbox))
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("thread", &self.thread).finish_non_exhaustive()
    }
}
