//! Owns: the part of a pinning thread that other threads see: its inbox. README.md, "Parts" and "Closing".

#![expect(unsafe_code, reason = "passes jobs and dead blocks on")]

use std::collections::VecDeque;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::{Arc, Weak};

use crate::behavior::Job;
use crate::later;
use crate::sched::{Core, Parker};
use crate::sync::thread::{self, ThreadId};
use crate::sync::{AtomicPtr, AtomicUsize, Instant, Mutex, Ordering, ThreadMark, global, this_thread};
use crate::unwind;

use super::block::PinnedHeader;
use super::watchdog::Watch;

/// A thread that has claimed `MainThread`.
pub(crate) struct Home {
    thread: ThreadId,
    mark: ThreadMark,
    parker: Arc<Parker>,
    shared: Mutex<Shared>,
    /// Jobs in the inbox.
    depth: AtomicUsize,
    /// Of which core a body runs here; null: of none. An address to compare, for figures.
    running: AtomicPtr<Core>,
    wake_hook: Mutex<Option<WakeHook>>,
    watch: Watch,
}

/// What is under the lock.
#[derive(Default)]
struct Shared {
    inbox: Inbox,
    closed: bool,
    /// Whether a watchdog wants to know since when.
    timed: bool,
    /// When the queue last became non-empty.
    since: Option<Instant>,
}

/// User code that wakes the thread's event loop.
type WakeHook = Arc<dyn Fn() + Send + Sync>;

/// What other threads have sent.
#[derive(Default)]
pub(super) struct Inbox {
    pub(super) jobs: VecDeque<Job>,
    pub(super) dead: Vec<Dead>,
}

/// What the home does next.
pub(super) enum Next {
    Job(Job),
    Dead(Vec<Dead>),
    Nothing,
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

global!(static HOMES: Mutex<Vec<Weak<Home>>> = Mutex::new(Vec::new()));

/// Cancels what waits at any home to be pumped, of a core that is cancelled.
pub(crate) fn cancel_at_homes(core: NonNull<Core>) {
    let homes: Vec<_> = HOMES.lock().iter().filter_map(Weak::upgrade).collect();
    homes.into_iter().for_each(|home| home.cancel_jobs_of(core));
}

/// How many behaviors of a core are at homes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AtHomes {
    /// To be pumped.
    pub(crate) waiting: usize,
    pub(crate) running: usize,
}

/// How many behaviors of a core are at any home.
pub(crate) fn jobs_at_homes(core: NonNull<Core>) -> AtHomes {
    let homes: Vec<_> = HOMES.lock().iter().filter_map(Weak::upgrade).collect();
    AtHomes {
        waiting: homes.iter().map(|home| home.jobs_of(core)).sum(),
        running: homes.iter().filter(|home| home.runs(core)).count(),
    }
}

/// Whether the job belongs to a simulated core, whose time stands still while the job waits: a watchdog
/// never hears of it.
///
/// # Safety
/// As [`is_cancelled`].
unsafe fn is_simulated(job: &Job) -> bool {
    if cfg!(all(test, loom)) {
        return false;
    }
    // SAFETY: not run or cancelled, so it lives (caller).
    let core = unsafe { job.0.as_ref() }.core;
    // SAFETY: the behavior is in flight, so its core lives.
    unsafe { core.as_ref() }.simulation().is_some()
}

/// Whether the core of a job is cancelled.
///
/// # Safety
/// The job is the caller's.
unsafe fn is_cancelled(job: Job) -> bool {
    // The models' jobs have no behavior.
    if cfg!(all(test, loom)) {
        return false;
    }
    // SAFETY: not run or cancelled, so it lives (caller).
    let core = unsafe { job.0.as_ref() }.core;
    // SAFETY: the behavior is in flight, so its core lives.
    unsafe { core.as_ref() }.is_cancelled()
}

impl Home {
    /// The home that the calling thread is.
    pub(super) fn of_this_thread() -> Home {
        Home {
            thread: thread::current().id(),
            mark: this_thread(),
            parker: Parker::current(),
            shared: Mutex::default(),
            depth: AtomicUsize::new(0),
            running: AtomicPtr::new(ptr::null_mut()),
            wake_hook: Mutex::new(None),
            watch: Watch::default(),
        }
    }

    /// As [`of_this_thread`](Home::of_this_thread), found by [`cancel_at_homes`].
    pub(super) fn register() -> Arc<Home> {
        let home = Arc::new(Home::of_this_thread());
        let mut homes = HOMES.lock();
        homes.retain(|home| home.strong_count() != 0);
        homes.push(Arc::downgrade(&home));
        home
    }

    pub(crate) fn thread(&self) -> ThreadId {
        self.thread
    }

    pub(crate) fn is_here(&self) -> bool {
        this_thread() == self.mark
    }

    /// Sends a behavior that has all its cowns home; cancels it if nobody lives there any more.
    pub(crate) fn submit(self: Arc<Home>, job: Job) {
        let mut shared = self.shared.lock();
        // Under the lock: what cancels a core says so before it looks into the inbox.
        // SAFETY: dispatched to us, and not pushed yet.
        if shared.closed || unsafe { is_cancelled(job) } {
            drop(shared);
            // SAFETY: dispatched to us, so it is ours to end.
            return unsafe { later::cancel(job) };
        }
        // SAFETY: dispatched to us, and not pushed yet.
        let in_real_time = shared.timed && !unsafe { is_simulated(&job) };
        shared.inbox.jobs.push_back(job);
        // Relaxed: under the lock; the home thread, which subtracts, has taken the job under it.
        let was_empty = self.depth.fetch_add(1, Ordering::Relaxed) == 0;
        if was_empty && shared.timed {
            shared.since = None;
        }
        let is_edge = in_real_time && shared.since.is_none();
        if is_edge {
            shared.since = Some(Instant::now());
        }
        drop(shared);
        self.parker.unpark();
        if is_edge {
            self.watch.edge();
        }
        if was_empty {
            later::call_wake_hook(self);
        }
    }

    /// A job leaves the inbox, to be run or cancelled.
    pub(super) fn job_leaves(&self) {
        // Relaxed: see `submit`. A submitter that finds 0 comes after this in the order of this word: an edge.
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// Begins or ends to note when the queue becomes non-empty.
    pub(super) fn keep_time(&self, timed: bool) {
        let mut shared = self.shared.lock();
        shared.timed = timed;
        // Jobs that wait already count from now.
        // SAFETY: in the inbox, so neither run nor cancelled.
        let waits = shared.inbox.jobs.iter().any(|job| !unsafe { is_simulated(job) });
        shared.since = (timed && waits).then(Instant::now);
    }

    /// Since when how many jobs wait; `None` if none do.
    pub(super) fn waiting(&self) -> Option<(Instant, usize)> {
        let shared = self.shared.lock();
        // Submitters add under the lock; a job that leaves meanwhile makes no difference.
        let depth = self.depth();
        shared.since.filter(|_| depth != 0).map(|since| (since, depth))
    }

    /// Sets what wakes the event loop; called at once if something waits already.
    pub(super) fn set_wake_hook(self: &Arc<Home>, hook: WakeHook) {
        let old = self.wake_hook.lock().replace(hook);
        drop(old);
        let dead = !self.shared.lock().inbox.dead.is_empty();
        // Whoever adds after these looks finds the new hook behind its lock.
        if dead || self.depth() != 0 {
            later::call_wake_hook(Arc::clone(self));
        }
    }

    /// How many behaviors wait here to be run.
    pub(super) fn depth(&self) -> usize {
        // Relaxed: only this thread subtracts, and what cancels jobs, under the lock. What a submitter adds and this does not see, it
        // either adds to nothing, and calls the hook itself, or to jobs that this sees.
        self.depth.load(Ordering::Relaxed)
    }

    /// A pump ends at a limit, or a wait because it is over: how many behaviors it leaves. If it
    /// leaves any the hook is called once more, for no submitter finds the queue empty before they
    /// have run.
    pub(super) fn stops_at_a_limit(self: &Arc<Home>) -> usize {
        let left = self.depth();
        if left != 0 {
            later::call_wake_hook(Arc::clone(self));
        }
        left
    }

    /// Lets the hook go: it may own handles of cowns that live here, which own this home.
    pub(super) fn clear_wake_hook(&self) {
        let old = self.wake_hook.lock().take();
        unwind::contain(|| drop(old));
    }

    /// Calls the hook, not under the lock.
    pub(crate) fn call_wake_hook(&self) {
        let hook = self.wake_hook.lock().clone();
        if let Some(hook) = hook {
            hook();
        }
    }

    /// Sends a value home to be dropped. `false`: the home is closed, and the value is gone or will
    /// be.
    ///
    /// The first one since the inbox was last emptied calls the hook: then the home will look.
    pub(super) fn send_dead(self: &Arc<Home>, dead: Dead) -> bool {
        let mut shared = self.shared.lock();
        if shared.closed {
            return false;
        }
        let first = shared.inbox.dead.is_empty();
        shared.inbox.dead.push(dead);
        drop(shared);
        self.parker.unpark();
        if first {
            later::call_wake_hook(Arc::clone(self));
        }
        true
    }

    /// Whether nothing runs here any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.shared.lock().closed
    }

    /// Takes the next job, or what is to be dropped before it.
    pub(super) fn next(&self) -> Next {
        let mut shared = self.shared.lock();
        if !shared.inbox.dead.is_empty() {
            return Next::Dead(std::mem::take(&mut shared.inbox.dead));
        }
        shared.inbox.jobs.pop_front().map_or(Next::Nothing, Next::Job)
    }

    /// How many behaviors of this core are in the inbox.
    fn jobs_of(&self, core: NonNull<Core>) -> usize {
        if self.depth() == 0 {
            return 0;
        }
        // SAFETY: not run or cancelled, so it lives.
        let is_its = |job: &&Job| unsafe { job.0.as_ref() }.core == core;
        self.shared.lock().inbox.jobs.iter().filter(is_its).count()
    }

    fn runs(&self, core: NonNull<Core>) -> bool {
        // Relaxed: a figure.
        self.running.load(Ordering::Relaxed) == core.as_ptr()
    }

    /// A body of this core runs here from now on; null: none does.
    #[inline]
    pub(super) fn set_running(&self, core: *mut Core) {
        // Relaxed: a figure.
        self.running.store(core, Ordering::Relaxed);
    }

    /// Cancels what waits here of a core that is cancelled.
    fn cancel_jobs_of(&self, core: NonNull<Core>) {
        let mut shared = self.shared.lock();
        // SAFETY: not run or cancelled, so it lives.
        let is_its = |job: &Job| unsafe { job.0.as_ref() }.core == core;
        let (its, others): (Vec<_>, _) =
            Vec::from(std::mem::take(&mut shared.inbox.jobs)).into_iter().partition(is_its);
        shared.inbox.jobs = VecDeque::from(others);
        // Under the lock: a submitter that came in between would find no edge, and the home may have
        // looked already.
        its.iter().for_each(|_| self.job_leaves());
        drop(shared);
        // All are on the list before the first ends: what one has captured may wait for another.
        let _scope = later::Scope::new();
        for job in its {
            // SAFETY: taken from the queue, so it is ours to end.
            unsafe { later::cancel(job) };
        }
    }

    /// For a simulation: what was sent here to be dropped.
    pub(super) fn take_dead(&self) -> Vec<Dead> {
        std::mem::take(&mut self.shared.lock().inbox.dead)
    }

    /// For a simulation: sorts the jobs by their keys, which it gives. The jobs stay in the inbox,
    /// where what cancels their core finds them.
    pub(super) fn put_in_order(&self, key: impl Fn(&Job) -> u64) -> Vec<u64> {
        let mut shared = self.shared.lock();
        let jobs = shared.inbox.jobs.make_contiguous();
        jobs.sort_by_key(&key);
        jobs.iter().map(key).collect()
    }

    /// For a simulation: the job at this place of the order; `None`: it is not there any more.
    pub(super) fn take_job(&self, place: usize) -> Option<Job> {
        self.shared.lock().inbox.jobs.remove(place)
    }

    /// Closes the inbox: what is sent from now on is refused. Gives back what was in it.
    pub(super) fn close(&self) -> Inbox {
        let mut shared = self.shared.lock();
        shared.closed = true;
        std::mem::take(&mut shared.inbox)
    }
}

impl fmt::Debug for Home {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Home").field("thread", &self.thread).finish_non_exhaustive()
    }
}
