//! Owns: the part of a pinning thread that only this thread sees: its queue, its values, and what is going on.

#![expect(unsafe_code, reason = "runs jobs; walks the list of values")]

use std::cell::{Cell, OnceCell, RefCell};
use std::ptr::{self, NonNull};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use crate::behavior::{self, Job, Ran};
use crate::failure::Failure;
use crate::later;
use crate::sched::{self, Core, MayWait, Occupied, Running, context};
use crate::sim::{self, deadline_after};
use crate::sync::thread_local;
use crate::unwind;

use super::block::PinnedHeader;
use super::block_on::HomeWaker;
use super::home::{Dead, Home, Inbox, Next};
use super::limits::{PumpLimits, PumpResult};
use super::local_body::Bodies;
use super::watchdog::Watch;

/// How long a wait sleeps at most, unless it is set otherwise.
const DEFAULT_POLL: Duration = Duration::from_millis(50);

/// See README.md, "Parts".
#[derive(Debug)]
pub(super) struct Local {
    home: Arc<Home>,
    /// The first of the values that live here.
    pub(super) values: Cell<Option<NonNull<PinnedHeader>>>,
    pub(super) bodies: Bodies,
    poll: Cell<Duration>,
    waker: OnceCell<Arc<HomeWaker>>,
}

thread_local! {
    static CLAIM: Claim = const { Claim { local: RefCell::new(Weak::new()) } };
    /// How many pinned behaviors this thread has run. No destructor: each wait reads it.
    static RAN: Cell<u64> = const { Cell::new(0) };
}

/// What this thread has claimed.
struct Claim {
    local: RefCell<Weak<Local>>,
}

impl Drop for Claim {
    /// The thread ends. If its token is still there (it was leaked, or a value that is pinned here
    /// owns it), the home is closed now: nothing that is sent home later would ever be looked at.
    fn drop(&mut self) {
        if let Some(local) = self.local.get_mut().upgrade() {
            // A process that ends (`exit`) in a body, or in `with`, ends its thread-locals with that
            // still on the stack: its values stay as they are.
            let unused = sched::look().is_ok();
            // SAFETY: a pinned value is used while this thread runs a body or lends, and only then.
            unsafe { local.close(unused) };
        }
    }
}

/// The calling thread's, if it has claimed `MainThread`.
pub(super) fn of_this_thread() -> Option<Rc<Local>> {
    CLAIM.try_with(|claim| claim.local.borrow().upgrade()).ok().flatten()
}

/// Why a thread cannot be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unclaimable {
    /// It is, already.
    Claimed,
    /// It runs a body, or is a worker.
    InBody,
    /// Its thread-locals are gone.
    ThreadEnds,
}

/// Whether the calling thread has claimed `MainThread`.
pub(crate) fn is_home() -> bool {
    of_this_thread().is_some()
}

/// Begun before a wait, or a step of a simulation: it may run pinned behaviors here, and end with others left. Then the wake
/// hook is called at the end of this, as by a pump that stops at a limit: README.md, "Parts".
#[derive(Debug)]
#[must_use = "calls the hook when it is dropped"]
pub(crate) struct MayLeaveSome {
    ran_before: u64,
}

impl MayLeaveSome {
    #[inline]
    pub(crate) fn begin() -> MayLeaveSome {
        MayLeaveSome { ran_before: ran() }
    }
}

impl Drop for MayLeaveSome {
    #[inline]
    fn drop(&mut self) {
        // One that has run none leaves the queue as it was. So a hook that waits is not called for ever: each call has run
        // something.
        if ran() != self.ran_before {
            stops_early();
        }
    }
}

#[cold]
#[inline(never)]
fn stops_early() {
    if let Some(local) = of_this_thread() {
        local.home.stops_at_a_limit();
    }
}

/// How many pinned behaviors the calling thread has run.
#[inline]
fn ran() -> u64 {
    RAN.try_with(Cell::get).unwrap_or(0)
}

/// What a wait did instead of sleeping.
#[derive(Debug)]
pub(crate) struct WaitPump {
    /// Whether user code has run: a behavior, or the destructors of values that were sent home. It may
    /// have waited, and taken the token that the wait is woken with: look again.
    pub(crate) ran: bool,
    /// How long to sleep at most, on a thread that pumps.
    pub(crate) poll: Option<Duration>,
}

/// Runs one pinned behavior, if this thread has claimed `MainThread` and one is ready; or drops the
/// values that were sent home.
#[track_caller]
pub(crate) fn pump_one_while_waiting(_: MayWait) -> WaitPump {
    let Some(local) = of_this_thread() else { return WaitPump { ran: false, poll: None } };
    let ran = match local.next() {
        Some(Turn::Job(job, running)) => {
            local.run(job, running);
            true
        }
        Some(Turn::Dead(dead)) => {
            local.bury(dead);
            true
        }
        None => false,
    };
    WaitPump { ran, poll: Some(local.poll.get()) }
}

/// What a thread that pumps does next.
enum Turn {
    Job(Job, Running),
    Dead(Vec<Dead>),
}

/// For a simulation: drops the values that were sent home; puts what is ready in the order of `key`,
/// and gives the keys.
pub(crate) fn ready_here(key: impl Fn(&Job) -> u64) -> Vec<u64> {
    let Some(local) = of_this_thread() else { return Vec::new() };
    local.bury(local.home.take_dead());
    local.home.put_in_order(key)
}

/// For a simulation: runs the behavior at this place of the order.
pub(crate) fn run_here(place: usize, running: Running) -> Option<Ran> {
    let local = of_this_thread()?;
    let job = local.home.take_job(place)?;
    Some(local.run(job, running))
}

impl Local {
    /// Makes the calling thread a home.
    pub(super) fn claim() -> Result<Rc<Local>, Unclaimable> {
        if let Err(Occupied::RunsBody) = sched::look() {
            return Err(Unclaimable::InBody);
        }
        let claim = |claim: &Claim| {
            let mut current = claim.local.borrow_mut();
            if current.strong_count() != 0 {
                return Err(Unclaimable::Claimed);
            }
            let local = Rc::new(Local {
                home: Home::register(),
                values: Cell::new(None),
                bodies: Bodies::default(),
                poll: Cell::new(DEFAULT_POLL),
                waker: OnceCell::new(),
            });
            *current = Rc::downgrade(&local);
            Ok(local)
        };
        CLAIM.try_with(claim).unwrap_or(Err(Unclaimable::ThreadEnds))
    }

    pub(super) fn home(&self) -> &Arc<Home> {
        &self.home
    }

    pub(super) fn set_poll(&self, poll: Duration) {
        self.poll.set(poll);
    }

    /// What wakes this thread out of a wait for a condition.
    pub(super) fn waker(&self) -> &Arc<HomeWaker> {
        self.waker.get_or_init(|| Arc::new(HomeWaker::new()))
    }

    fn bury(&self, dead: Vec<Dead>) {
        for dead in dead {
            match dead {
                // SAFETY: the last handle is gone; its weak count came with it.
                Dead::Cown(cown) => unsafe { PinnedHeader::bury(cown, self) },
                Dead::Body(key) => unwind::contain(|| drop(self.bodies.take(key))),
            }
        }
    }

    #[track_caller]
    fn next(&self) -> Option<Turn> {
        let running = Running::begin().unwrap_or_else(|occupied| occupied.refuse_pumping());
        match self.home.next() {
            Next::Job(job) => Some(Turn::Job(job, running)),
            // Their destructors do not run in a body, and may pump and wait.
            Next::Dead(dead) => Some(Turn::Dead(dead)),
            Next::Nothing => None,
        }
    }

    /// Runs the next behavior, if there is one.
    #[track_caller]
    fn run_next(&self) -> Option<Ran> {
        loop {
            match self.next()? {
                Turn::Job(job, running) => return Some(self.run(job, running)),
                Turn::Dead(dead) => self.bury(dead),
            }
        }
    }

    /// Runs a behavior that was taken out of the inbox.
    fn run(&self, job: Job, running: Running) -> Ran {
        self.home.job_leaves();
        let _ = RAN.try_with(|ran| ran.set(ran.get() + 1));
        // SAFETY: not run yet, so it lives.
        let core = unsafe { job.0.as_ref() }.core;
        // SAFETY: a behavior of it is in flight.
        let held = unsafe { Core::hold(core) };
        if held.is_cancelled() {
            // Its destructors run in no body.
            drop(running);
            // SAFETY: ours to end.
            unsafe { later::cancel(job) };
            return Ran::Skipped;
        }
        if let Some(simulation) = held.simulation() {
            // SAFETY: ours to run; the core is held.
            return unsafe { simulation.run(&held, job, &running) };
        }
        // SAFETY: held beyond the scope.
        let _scope = unsafe { context::Scope::enter_body(core) };
        self.home.set_running(core.as_ptr());
        // SAFETY: ours to run; the core is held.
        let ran = unsafe { behavior::run(job, &running) };
        self.home.set_running(ptr::null_mut());
        ran
    }

    /// Runs what is ready, within the limits.
    #[track_caller]
    pub(super) fn pump(&self, limits: &PumpLimits) -> PumpResult {
        if let Err(occupied) = sched::look() {
            occupied.refuse_pumping();
        }
        let deadline = limits.deadline.and_then(deadline_after);
        let mut result = PumpResult::default();
        let mut first_panic: Option<Failure> = None;
        let (mut first, mut at_a_limit) = (true, true);
        loop {
            if limits.max_behaviors.is_some_and(|most| result.executed >= most.get()) {
                break;
            }
            if result.executed > 0 && deadline.is_some_and(|deadline| sim::now() >= deadline) {
                result.deadline_reached = self.home.depth() != 0;
                break;
            }
            let next = match sim::here() {
                Some(core) => sim::pump_one(&core, std::mem::take(&mut first), deadline),
                None => self.run_next(),
            };
            match next {
                None => {
                    at_a_limit = false;
                    break;
                }
                Some(Ran::Panicked(failure)) => {
                    result.panicked += 1;
                    first_panic.get_or_insert(failure);
                }
                Some(Ran::Returned | Ran::Skipped) => {}
            }
            result.executed += 1;
        }
        result.remaining = if at_a_limit { self.home.stops_at_a_limit() } else { self.home.depth() };
        match first_panic {
            Some(failure) if limits.resume_panics => failure.resume(),
            _ => result,
        }
    }
}

impl Local {
    /// Ends this thread's part: README.md, "Closing". Nothing is left to be done when it is called
    /// once more: when the token goes after the thread's end has closed the home.
    ///
    /// # Safety
    /// To end the values: no body that holds one, and no `MainThread::with`, is on the stack.
    unsafe fn close(&self, end_values: bool) {
        Watch::set(&self.home, None);
        self.home.clear_wake_hook();
        // Before user code runs: a destructor may schedule here, and wait for that.
        let Inbox { jobs, dead, .. } = self.home.close();
        let scope = later::Scope::new();
        for job in jobs {
            self.home.job_leaves();
            // SAFETY: taken from the queue, so it is ours to end.
            unsafe { later::cancel(job) };
        }
        drop(scope);
        // What still waits for cowns and would come here.
        behavior::give_up_home(&self.home);
        self.bury(dead);
        // The bodies of behaviors that are to be ended on other threads.
        while let Some(body) = self.bodies.take_first() {
            unwind::contain(|| drop(body));
        }
        if !end_values {
            return;
        }
        while let Some(value) = self.values.get() {
            // SAFETY: listed, so its block is there. Nothing on the stack uses it (caller), and nothing
            // will: the inbox is closed, so no body runs, and `with` looks whether it is listed.
            unwind::contain(|| unsafe { PinnedHeader::end(value, self) });
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        // SAFETY: what runs a body that holds a pinned value, or lends one, has a count of this `Local`
        // (`MainThread::counted`; a wait and a step count for themselves), and the last one is gone.
        unsafe { self.close(true) };
    }
}
