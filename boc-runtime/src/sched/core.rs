//! Owns: a runtime's scheduler: its queues, workers, counts and life. README.md.

#![expect(unsafe_code, reason = "behaviors know their core by pointer")]

use std::io;
use std::num::NonZeroUsize;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use crate::behavior::{self, Job};
use crate::failure::Cancelled;
use crate::later;
use crate::notice::Noticeboard;
use crate::pinned;
use crate::queue::Party;
use crate::sim::Sim;
use crate::sync::{AtomicU32, AtomicUsize, Instant, Ordering, forks, global, thread};
use crate::unwind;
use crossbeam_utils::CachePadded;

use super::config::{Config, Hook};
use super::context;
use super::counters::{self, Counters};
use super::forked;
use super::gate::{self, MayWait, Shut};
use super::idle::{AfterPush, Idle};
use super::injector::Injector;
use super::launch::{Crew, Launcher, ThreadBuilder};
use super::lifecycle::{AfterLeaving, Lifecycle, Starting};
use super::park::Parker;
use super::run_queue::RunQueue;
use super::thread_end::{Thread, ThreadEnd};
use super::timers::Timers;
use super::wait;
use super::waiters::Waiters;
use super::worker::{self, Worker};

/// See README.md.
#[derive(Debug)]
pub(crate) struct Core {
    pub(super) injector: Injector,
    /// One per worker; none if there is one worker, which shares its queue with no other.
    pub(super) run_queues: Box<[RunQueue]>,
    pub(super) idle: Idle,
    /// With one worker: how many jobs were in its queue when it last said so.
    pub(super) alone: AtomicUsize,
    /// How many holds are alive.
    pub(super) holds: AtomicUsize,
    parkers: Box<[CachePadded<Parker>]>,
    /// One per worker.
    counters: Box<[CachePadded<Counters>]>,
    /// Of all other threads.
    outside: CachePadded<Counters>,
    /// Why no body starts any more: one of the numbers below.
    cancelled: AtomicU32,
    waiters: Waiters,
    lifecycle: Lifecycle,
    launcher: Launcher,
    timers: Timers,
    config: Config,
    /// What takes the place of threads in a simulated runtime.
    simulation: Option<Box<Sim>>,
    /// What the queues know its behaviors by.
    party: Party,
    notices: OnceLock<Arc<Noticeboard>>,
}

/// Behaviors run.
const NOT_CANCELLED: u32 = 0;
/// [`Cancelled::RuntimeEnded`].
const RUNTIME_ENDED: u32 = 1;
/// [`Cancelled::MainFailed`].
const MAIN_FAILED: u32 = 2;

global!(
    /// How many cores there were.
    static CORES: AtomicU32 = AtomicU32::new(0)
);

/// What runs a core's behaviors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runner {
    Threads,
    Simulation,
}

impl Core {
    /// A core without threads.
    pub(crate) fn new(config: Config) -> Arc<Core> {
        let workers = config.workers.get();
        let core = Core::assemble(config, workers, None);
        forked::remember(&core);
        core
    }

    /// A core that never has threads: see `sim/README.md`.
    pub(crate) fn simulated(simulation: Sim) -> Arc<Core> {
        Core::assemble(Config::of(NonZeroUsize::MIN), 0, Some(Box::new(simulation)))
    }

    fn assemble(config: Config, workers: usize, simulation: Option<Box<Sim>>) -> Arc<Core> {
        Arc::new(Core {
            injector: Injector::default(),
            run_queues: (0..workers).filter(|_| workers > 1).map(|_| RunQueue::new()).collect(),
            idle: Idle::stopped(),
            alone: AtomicUsize::new(0),
            holds: AtomicUsize::new(0),
            parkers: (0..workers).map(|_| CachePadded::new(Parker::new())).collect(),
            counters: (0..workers).map(|_| CachePadded::default()).collect(),
            outside: CachePadded::default(),
            cancelled: AtomicU32::new(NOT_CANCELLED),
            waiters: Waiters::default(),
            lifecycle: Lifecycle::new(),
            launcher: Launcher::default(),
            timers: Timers::new(),
            config,
            simulation,
            // Relaxed: a number.
            party: Party::new(CORES.fetch_add(1, Ordering::Relaxed)),
            notices: OnceLock::new(),
        })
    }

    /// A count of the core's own, for a thread that uses it while a behavior may end.
    ///
    /// # Safety
    /// `core` comes from an `Arc` and is alive.
    pub(crate) unsafe fn hold(core: NonNull<Core>) -> Arc<Core> {
        // SAFETY: alive (caller).
        unsafe { Arc::increment_strong_count(core.as_ptr()) };
        // SAFETY: the count made above.
        unsafe { Arc::from_raw(core.as_ptr()) }
    }

    #[inline]
    pub(crate) fn party(&self) -> Party {
        self.party
    }

    pub(crate) fn workers(&self) -> usize {
        self.parkers.len()
    }

    /// What runs this core's behaviors if no threads do.
    pub(crate) fn simulation(&self) -> Option<&Sim> {
        self.simulation.as_deref()
    }

    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    pub(super) fn timers(&self) -> &Timers {
        &self.timers
    }

    /// The values of all notices; made when it is first asked for.
    #[inline]
    pub(crate) fn noticeboard(&self) -> &Arc<Noticeboard> {
        self.notices.get_or_init(Noticeboard::new)
    }

    // Jobs.

    pub(super) fn inject(self: &Arc<Core>, job: Job) {
        if let Some(simulation) = &self.simulation {
            return simulation.ready(job);
        }
        if forks() != 0 && self.lifecycle.is_elsewhere() {
            // No thread of this process would take it.
            // SAFETY: dispatched to us, so it is ours to end.
            return unsafe { later::cancel(job) };
        }
        self.injector.push(job);
        match self.idle.pushed() {
            AfterPush::Nothing => {}
            AfterPush::Wake(worker) => self.unpark(worker),
            AfterPush::Revive => self.revive(),
        }
    }

    pub(super) fn has_jobs(&self) -> bool {
        !self.injector.is_empty() || self.run_queues.iter().any(|queue| !queue.is_empty())
    }

    pub(super) fn unpark(&self, worker: usize) {
        self.parkers[worker].unpark();
    }

    pub(super) fn park(&self, worker: usize) {
        self.counters[worker].slept_by_owner();
        self.parkers[worker].park();
    }

    // Counting: README.md, part 4.

    /// Counts a behavior in.
    ///
    /// # Panics
    /// As [`refuse_in_a_fork`](Core::refuse_in_a_fork); then it is not counted.
    #[inline]
    #[track_caller]
    pub(crate) fn count_scheduled(&self) {
        let by_worker = context::with_worker_of(NonNull::from(self), Worker::count_scheduled);
        if by_worker.is_none() {
            self.refuse_in_a_fork();
            self.outside.scheduled_by_any();
        }
    }

    /// # Safety
    /// `core` is alive until this returns.
    #[inline]
    pub(crate) unsafe fn count_finished(core: NonNull<Core>) {
        // SAFETY: alive (caller).
        let this = unsafe { core.as_ref() };
        let by_worker = context::with_worker_of(core, Worker::count_finished);
        if by_worker.is_none() {
            this.outside.finished_by_any();
            this.tell_waiters();
        }
    }

    fn all_counters(&self) -> impl Iterator<Item = &Counters> + Clone {
        self.counters.iter().chain([&self.outside]).map(|padded| &**padded)
    }

    /// How many behaviors were scheduled, and how many of them are finished, so far.
    pub(crate) fn totals(&self) -> (u64, u64) {
        counters::totals(self.all_counters())
    }

    /// The counts of a worker.
    pub(super) fn counters_of(&self, worker: usize) -> &Counters {
        &self.counters[worker]
    }

    /// What each worker has counted so far.
    pub(crate) fn by_worker(&self) -> impl Iterator<Item = &Counters> {
        self.counters.iter().map(|padded| &**padded)
    }

    /// A worker has stolen.
    pub(super) fn count_stolen(&self, worker: usize) {
        self.counters[worker].stolen_by_owner();
    }

    pub(crate) fn is_quiescent(&self) -> bool {
        let (scheduled, finished) = self.totals();
        scheduled == finished
    }

    /// Wakes those who wait for quiescence, if it is there.
    pub(super) fn tell_waiters(&self) {
        self.waiters.tell(|| self.is_quiescent());
    }

    /// Waits until nothing is in flight. `false`: the deadline came first.
    #[must_use]
    #[track_caller]
    pub(crate) fn quiesce(&self, may_wait: MayWait, deadline: Option<Instant>) -> bool {
        if !self.is_quiescent() {
            self.refuse_in_a_fork();
        }
        let parker = Parker::current();
        self.waiters.register(&parker);
        let quiescent =
            wait::wait_until(may_wait, &parker, || wait::Awaited::of(self), || self.is_quiescent(), deadline);
        self.waiters.unregister(&parker);
        quiescent
    }

    // Starting and stopping: README.md, part 3.

    pub(crate) fn is_cancelled(&self) -> bool {
        // Relaxed: a behavior more or less may still run; the end is ordered by `stop`.
        self.cancelled.load(Ordering::Relaxed) != NOT_CANCELLED
    }

    /// Why the core is cancelled, if it is.
    pub(crate) fn why_cancelled(&self) -> Option<Cancelled> {
        // Relaxed: as in `is_cancelled`.
        match self.cancelled.load(Ordering::Relaxed) {
            NOT_CANCELLED => None,
            MAIN_FAILED => Some(Cancelled::MainFailed),
            _ => Some(Cancelled::RuntimeEnded),
        }
    }

    /// Whether the core's threads are in the parent of this process.
    pub(crate) fn is_in_parent(&self) -> bool {
        self.lifecycle.is_elsewhere()
    }

    /// From now on no body starts, because the function under `#[boc::main]` has failed.
    /// [`cancel`](Core::cancel) follows.
    pub(crate) fn main_failed(&self) {
        self.refuse_to_start(MAIN_FAILED);
    }

    /// From now on no body starts: workers and pumps cancel what they find. The first reason is kept.
    fn refuse_to_start(&self, why: u32) {
        // SeqCst, both: pairs with the look at its own core that follows in another core's `cancel`.
        let _ = self.cancelled.compare_exchange(NOT_CANCELLED, why, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Refuses what needs threads that are in the parent of this process.
    ///
    /// # Panics
    /// If this process was forked while the core had threads.
    #[inline]
    #[track_caller]
    pub(crate) fn refuse_in_a_fork(&self) {
        if self.lifecycle.is_elsewhere() {
            forked::refuse();
        }
    }

    /// Starts the threads if there are none.
    ///
    /// # Errors
    ///
    /// The error of the first thread that could not be started, or of a name that no thread can
    /// have; then none runs.
    pub(crate) fn start(self: &Arc<Core>) -> io::Result<()> {
        if self.simulation.is_some() {
            return Ok(());
        }
        // User code: before anything changes, and not under the lock. Its panic is the caller's.
        let names = self.config.names()?;
        if let Some(spawn) = &self.config.spawn {
            return self.start_by_handler(&**spawn, names);
        }
        let started = match self.lifecycle.start() {
            Some(starting) if !self.is_cancelled() => self.start_threads(starting, names),
            _ => Ok(()),
        };
        if started.is_err() {
            // Those that could be started run what was there before they end.
            self.lifecycle.wait_until_left(None);
            self.join_threads(None);
        }
        started
    }

    /// As `start`, for a caller that is about to schedule from outside; cheap if they run.
    ///
    /// # Panics
    /// As [`refuse_in_a_fork`](Core::refuse_in_a_fork).
    #[inline]
    #[track_caller]
    pub(crate) fn ensure_started(self: &Arc<Core>) -> io::Result<Runner> {
        self.refuse_in_a_fork();
        if self.idle.is_stopped() { self.start_unless_cancelled() } else { Ok(Runner::Threads) }
    }

    #[cold]
    fn start_unless_cancelled(self: &Arc<Core>) -> io::Result<Runner> {
        if self.simulation.is_some() {
            return Ok(Runner::Simulation);
        }
        if !self.is_cancelled() {
            self.start()?;
        }
        Ok(Runner::Threads)
    }

    fn start_threads(self: &Arc<Core>, starting: Starting<'_>, names: Vec<String>) -> io::Result<()> {
        self.idle.start();
        let run = |index, name| {
            let (core, end) = (Arc::clone(self), Arc::<ThreadEnd>::default());
            let told = Arc::clone(&end);
            let handle = self.config.thread(name).spawn(move || worker::main(core, index, told))?;
            Ok(Thread::new(end, handle))
        };
        starting.start(names, run, || self.tell_to_end())
    }

    /// As [`start`](Core::start), with threads that user code makes. They wait until all are there, and
    /// the lock is taken only then.
    fn start_by_handler(
        self: &Arc<Core>,
        spawn: &(dyn Fn(ThreadBuilder) -> io::Result<()> + Send + Sync),
        names: Vec<String>,
    ) -> io::Result<()> {
        // In the handler itself: this thread goes on when the handler has returned.
        let Some(_launching) = self.launcher.begin() else { return Ok(()) };
        // Looks, and no more; or notes that a restart is wanted.
        if self.lifecycle.start().is_none() || self.is_cancelled() {
            return Ok(());
        }
        let mut crew = Crew::new();
        for name in &names {
            // A wait in the handler may be for what these threads are to run.
            let _shut = Shut::now();
            crew.hire(self, name.clone(), self.config.stack_size, spawn)?;
        }
        match self.lifecycle.start() {
            Some(starting) if !self.is_cancelled() => {
                self.idle.start();
                let run = |index, _| Ok::<_, io::Error>(Thread::visitor(crew.end_of(index)));
                starting.start(names, run, || ())?;
            }
            _ => return Ok(()),
        }
        for _ in 0..crew.work() {
            self.worker_never_came();
        }
        Ok(())
    }

    /// The thread of a worker was not made, although the spawn handler has said so.
    pub(super) fn worker_never_came(self: &Arc<Core>) {
        // Not started again: that would go on for ever.
        if self.lifecycle.leave_without_coming(|| drop(self.idle.stop())) != AfterLeaving::Nothing {
            self.cancel_injected();
        }
    }

    /// Whether there are none because a spawn handler has made none.
    pub(crate) fn lacks_threads(&self) -> bool {
        self.config.spawn.is_some() && self.idle.is_stopped()
    }

    pub(super) fn on_start(&self) -> Option<&Hook> {
        self.config.on_start.as_ref()
    }

    pub(super) fn on_stop(&self) -> Option<&Hook> {
        self.config.on_stop.as_ref()
    }

    /// Calls user code on a worker's thread, beside its loop. It may schedule, but not wait. Its panic is
    /// contained: the thread works all the same.
    pub(super) fn call_hook(&self, hook: Option<&Hook>, worker: usize) {
        let Some(hook) = hook else { return };
        let _shut = Shut::now();
        // SAFETY: borrowed for longer than the scope.
        let _scope = unsafe { context::Scope::enter(NonNull::from(self)) };
        unwind::contain(|| hook(worker));
    }

    /// Ends the threads, and waits for them. Jobs that arrive meanwhile start them again. `false`: the
    /// deadline came first.
    pub(crate) fn stop(&self, deadline: Option<Instant>) -> bool {
        if self.lifecycle.is_elsewhere() {
            // Those of the parent go on there, and in this process there are none to wait for.
            self.timers.end();
            return true;
        }
        self.lifecycle.end(|| self.tell_to_end());
        self.timers.end();
        if self.on_stop().is_some() {
            // User code, which may need what is pinned here.
            wait::pump_until(|| !self.lifecycle.is_ending(), deadline);
        }
        // What is left of a thread are the destructors of its thread-locals. They may do whatever a
        // thread may, so one that runs on such a thread does not wait for the others. Nor does a body, or
        // `MainThread::with`: what they hold may be what a destructor waits for.
        let may_join = !context::was_worker() && gate::look().is_ok();
        self.lifecycle.wait_until_left(deadline)
            && self.timers.wait_until_left(deadline)
            && (!may_join || (self.join_threads(deadline) && self.timers.join_thread(deadline)))
    }

    /// Whether there are no threads in this process, and nothing for new ones to do.
    pub(crate) fn has_ended(&self) -> bool {
        (self.idle.is_stopped() || self.lifecycle.is_elsewhere()) && self.is_quiescent()
    }

    /// Joins the threads that have left their loops, on a home pumping. `false`: the deadline came
    /// first.
    fn join_threads(&self, deadline: Option<Instant>) -> bool {
        self.lifecycle.join(deadline, |threads| {
            wait::pump_until(|| threads.iter().all(Thread::has_ended), deadline);
            threads.into_iter().filter_map(|thread| thread.join(deadline).err()).collect()
        })
    }

    fn tell_to_end(&self) {
        for worker in self.idle.stop() {
            self.unpark(worker);
        }
    }

    /// A worker has left its loop: what it leaves behind is for new threads, or is cancelled.
    pub(super) fn worker_left(self: &Arc<Core>) {
        match self.lifecycle.leave() {
            AfterLeaving::Nothing => {}
            AfterLeaving::Look { wanted } => {
                if wanted || self.has_jobs() {
                    self.revive();
                }
            }
        }
    }

    /// Cancels what has not started, and ends the threads; waits for them unless this is one of
    /// them, or one that is waited for itself: bodies that drop each other's runtimes would wait in
    /// a circle.
    pub(crate) fn cancel(self: &Arc<Core>) {
        self.refuse_to_start(RUNTIME_ENDED);
        behavior::give_up_of(self);
        self.noticeboard().end(self.why_cancelled().unwrap_or(Cancelled::RuntimeEnded));
        pinned::cancel_at_homes(NonNull::from(&**self));
        if let Some(simulation) = &self.simulation {
            return simulation.cancel_all(self);
        }
        // SeqCst: after our own store, so in a circle of cores the last one to be cancelled sees
        // that its own was.
        let waited_for = context::with_core_of_thread(|core| core.cancelled.load(Ordering::SeqCst));
        if waited_for.is_some_and(|why| why != NOT_CANCELLED) && !self.lifecycle.is_elsewhere() {
            // They end by themselves, each holding the core until then.
            self.lifecycle.end(|| self.tell_to_end());
            self.timers.end();
        } else {
            self.stop(None);
        }
        self.cancel_injected();
    }

    /// A job was injected, and its submitter has seen that there are no threads: starts them, or
    /// cancels the job. Runs no user code, and waits for no thread.
    #[cold]
    fn revive(self: &Arc<Core>) {
        if self.lifecycle.is_elsewhere() {
            return self.cancel_injected();
        }
        if self.config.spawn.is_some() {
            return self.revive_by_handler();
        }
        let starting = self.lifecycle.start();
        // Under the lock, or after it: `cancel` raises the flag before it takes the lock. So either
        // this sees the flag, or `cancel` ends what is started here.
        if self.is_cancelled() {
            drop(starting);
            self.cancel_injected();
        } else if let Some(starting) = starting {
            let names = starting.last_names();
            // An error: out of threads for the moment. The job stays; the next caller that schedules
            // from outside tries again, and says so.
            let _ = self.start_threads(starting, names);
        }
    }

    /// As [`revive`](Core::revive): a thread of its own calls the spawn handler. The core counts as
    /// held until it has done so: a wait for it does not end before.
    fn revive_by_handler(self: &Arc<Core>) {
        if self.is_cancelled() {
            return self.cancel_injected();
        }
        if self.lifecycle.start().is_none() || !self.launcher.call() {
            return;
        }
        self.outside.scheduled_by_any();
        self.count_hold();
        let core = Arc::clone(self);
        let start = move || {
            core.launcher.answer();
            if core.has_jobs() && !matches!(unwind::catch(|| core.start()), Ok(Ok(()))) {
                // The panic hook has printed a panic; and what is cancelled says why.
                core.cancel_injected();
            }
            core.starter_ends();
        };
        if thread::Builder::new().name("boc-starter".to_owned()).spawn(start).is_err() {
            self.launcher.answer();
            self.cancel_injected();
            self.starter_ends();
        }
    }

    fn starter_ends(&self) {
        self.uncount_hold();
        self.outside.finished_by_any();
        self.tell_waiters();
    }

    fn cancel_injected(&self) {
        // All are on the list before the first ends: what one has captured may wait for another.
        let _scope = later::Scope::new();
        while let Some(job) = self.injector.take(1, 0, |_| ()) {
            // SAFETY: taken from a queue, so it is ours to end.
            unsafe { later::cancel(job) };
        }
    }
}
