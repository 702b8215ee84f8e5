//! Owns: a simulation's one step, and what it does in the place of workers: README.md, parts 1 and 2.

#![expect(unsafe_code, reason = "runs, finishes and cancels jobs")]

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Hint, Job, Pending, Ran};
use crate::failure::{Failure, FailureKind};
use crate::later;
use crate::notice;
use crate::pinned;
use crate::queue::{Queue, Status};
use crate::runtime::ScopeState;
use crate::sched::{self, Core, Parker, Running, Shut, context};
use crate::sync::{AtomicUsize, Instant, Mutex, MutexGuard, Ordering, ThreadMark, this_thread};

use super::chooser::{Chooser, Place};
use super::clock;
use super::here::{self, Inside};
use super::history::{History, TimeOf};
use super::make::Asked;
use super::state::{Action, Effect, Known, OrNothing, State, address};

/// What a simulated core has in place of workers.
pub(crate) struct Sim {
    thread: ThreadMark,
    pub(super) parker: Arc<Parker>,
    pub(super) state: Mutex<State>,
    /// What other threads have made ready.
    inbox: Mutex<Vec<Job>>,
    /// Holds and resolvers that are alive.
    outside: AtomicUsize,
}

/// A core with a simulation, on this thread.
pub(crate) fn core(chooser: Chooser, recording: bool) -> Arc<Core> {
    let core = Core::simulated(Sim {
        thread: this_thread(),
        parker: Parker::current(),
        state: Mutex::new(State::new(chooser, recording)),
        inbox: Mutex::default(),
        outside: AtomicUsize::new(0),
    });
    here::settle(&core);
    core
}

impl Sim {
    fn is_here(&self) -> bool {
        this_thread() == self.thread
    }

    #[track_caller]
    pub(crate) fn refuse_elsewhere(&self) {
        assert!(
            self.is_here(),
            "a simulated runtime is used on another thread than its own, where its order could not be repeated; do what \
             that thread does in a behavior, or fill a promise from there (`Promise::new`)"
        );
    }

    pub(super) fn outside_comes(&self) {
        // Relaxed: looked at by the thread that waits; a wake-up follows what it has to see.
        self.outside.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn outside_goes(&self) {
        // Relaxed: the parker's lock orders it.
        self.outside.fetch_sub(1, Ordering::Relaxed);
        self.parker.unpark();
    }

    pub(super) fn outside(&self) -> usize {
        // Relaxed: as above.
        self.outside.load(Ordering::Relaxed)
    }

    /// A behavior has been made.
    pub(super) fn note(&self, job: Job, name: Option<&'static str>, place: Place, asked: &[Asked]) {
        let mut state = self.state.lock();
        state.scheduled += 1;
        let (number, origin) = (state.scheduled, state.origin);
        state.known.insert(address(job), Known { job, number, name, place, ran: false, given_up: false });
        if let Some(history) = &mut state.history {
            history.scheduled(address(job), name, place, origin, asked);
        }
    }

    /// A behavior has all its cowns.
    pub(crate) fn ready(&self, job: Job) {
        if !self.is_here() {
            self.inbox.lock().push(job);
            // Whether `cancel_all` finds the job, or its `cancelled` is seen here: it is set
            // before.
            if self.state.lock().cancelled {
                self.cancel_inbox();
            } else {
                self.parker.unpark();
            }
            return;
        }
        let mut state = self.state.lock();
        if state.cancelled {
            drop(state);
            // SAFETY: dispatched to us, so it is ours to end.
            unsafe { later::cancel(job) };
        } else {
            state.make_ready(job);
        }
    }

    fn cancel_inbox(&self) {
        let inbox = mem::take(&mut *self.inbox.lock());
        let _scope = later::Scope::new();
        for job in inbox {
            // SAFETY: taken from a queue, so it is ours to end.
            unsafe { later::cancel(job) };
        }
    }

    /// Behaviors are to enter the queues of their cowns: now, or after some others have run.
    pub(crate) fn enter(&self, pending: Pending) {
        let mut state = self.state.lock();
        // While another runtime is entered nothing is put off: what comes next may be scheduled there.
        let may_wait = !state.cancelled && self.is_here() && context::current().is_none();
        let origin = state.origin.filter(|_| may_wait);
        if let Some(origin) = origin {
            state.effects += 1;
            if state.is_late(origin, &pending) {
                return state.put_off(origin, Effect::Enter(pending));
            }
        }
        state.enters(&pending);
        drop(state);
        pending.enter();
    }

    /// One thing happens. `false`: nothing can.
    pub(super) fn step(&self) -> bool {
        self.step_before(None)
    }

    /// As [`step`](Sim::step), for a wait with a time limit. `false`, too: it is chosen that the wait ends before a
    /// timer of the same moment.
    pub(super) fn step_before(&self, limit: Option<Instant>) -> bool {
        self.drop_unwanted_timers();
        let pinned = self.pinned();
        let mut state = self.state.lock();
        let is_over = limit.is_some_and(|limit| state.clock.now() >= limit);
        let or_nothing = if is_over { OrNothing::InPlaceOfTimers } else { OrNothing::No };
        match state.choose(&pinned, or_nothing) {
            Some(action) => self.carry_out(state, action),
            None => return false,
        };
        true
    }

    /// As [`step`](Sim::step), for a pump: `Some` with a behavior that has run here; `None`: the pump ends.
    pub(super) fn step_of_pump(&self, mut must: bool, limit: Option<Instant>) -> Option<Ran> {
        loop {
            self.drop_unwanted_timers();
            let pinned = self.pinned();
            let mut state = self.state.lock();
            let or_nothing = if !must && pinned.is_empty() { OrNothing::Yes } else { OrNothing::No };
            let Some(action) = state.choose(&pinned, or_nothing) else {
                drop(state);
                // So that a loop that pumps gets on.
                if must && self.pass_time(limit) {
                    continue;
                }
                return None;
            };
            must = false;
            let of_pump = matches!(action, Action::Pinned(_));
            let ran = self.carry_out(state, action);
            if of_pump {
                return ran;
            }
        }
    }

    /// The numbers of the behaviors that are ready to run here only.
    fn pinned(&self) -> Vec<u64> {
        // Those of another runtime have no numbers.
        pinned::ready_here(|&job| {
            self.state.lock().known.get(&address(job)).map_or(u64::MAX, |known| known.number as u64)
        })
    }

    fn carry_out(&self, mut state: MutexGuard<'_, State>, action: Action) -> Option<Ran> {
        state.asked = None;
        match action {
            Action::Ready(at) => {
                let running = begin();
                let (_, job) = state.ready.remove(at);
                drop(state);
                // SAFETY: not run yet, so it lives.
                let core = unsafe { job.0.as_ref() }.core;
                // SAFETY: a behavior of it is in flight.
                let held = unsafe { Core::hold(core) };
                // SAFETY: ours to run; the core is held.
                Some(unsafe { self.run(&held, job, &running) })
            }
            Action::Pinned(at) => {
                drop(state);
                pinned::run_here(at, begin())
            }
            Action::Timer(at) => {
                let resolver = state.clock.take(at)?;
                state.note_time(TimeOf::Timer, resolver.place());
                let before = state.origin.take();
                drop(state);
                resolver.resolve(());
                self.state.lock().origin = before;
                None
            }
            Action::Effect(at) => {
                let effect = state.outboxes[at].effects.pop_front();
                let number = state.outboxes[at].origin;
                state.note_if_redundant(at, effect.as_ref());
                state.outboxes.iter_mut().for_each(|outbox| outbox.at_once = false);
                let ended = if state.outboxes[at].effects.is_empty() {
                    state.outboxes.remove(at).ended
                } else {
                    state.outboxes[at].fresh = false;
                    None
                };
                if let Some(Effect::Enter(pending)) = &effect {
                    state.enters(pending);
                }
                if ended.is_none() {
                    state.make_due(at);
                }
                let before = state.origin.take();
                drop(state);
                if let Some(Ran::Panicked(failure)) = effect.and_then(Effect::take) {
                    if let Some(history) = &mut self.state.lock().history {
                        history.panicked(number, failure.message());
                    }
                }
                if let Some(job) = ended {
                    // SAFETY: executed, and not finished: who executed it left that to us.
                    unsafe { self.finish(job) };
                }
                self.state.lock().origin = before;
                None
            }
        }
    }

    /// Runs a behavior; it is finished, unless something that its body did is still to take effect.
    ///
    /// # Safety
    /// As `behavior::execute`; `core` is the job's, and this its simulation.
    pub(crate) unsafe fn run(&self, core: &Arc<Core>, job: Job, running: &Running) -> Ran {
        let (number, before) = {
            let mut state = self.state.lock();
            let known = state.known.get_mut(&address(job)).expect("noted when it was made");
            if known.given_up {
                let before = state.origin.take();
                drop(state);
                // SAFETY: the caller's duties.
                unsafe { sched::cancel_now(job) };
                self.state.lock().origin = before;
                return Ran::Skipped;
            }
            known.ran = true;
            let number = known.number;
            state.outboxes.iter_mut().for_each(|outbox| (outbox.fresh, outbox.at_once) = (false, false));
            state.effects = 0;
            if let Some(history) = &mut state.history {
                history.runs(number);
            }
            (number, state.origin.replace(number))
        };
        let inside = Inside::enter(core);
        context::begin_body(NonNull::from(&**core));
        // SAFETY: the caller's duties; finished below, or when all its effects have been taken.
        let mut ran = unsafe { behavior::execute(job, running) };
        let attends = context::end_body() && notice::is_used();
        let publication = if attends { notice::end_of_body() } else { None };
        let mut state = self.state.lock();
        state.origin = None;
        if attends {
            state.attends(number, publication.as_ref());
        }
        if let Some(publication) = publication {
            let returned = !matches!(ran, Ran::Panicked(_));
            if returned && state.publishes_late(number, job, &publication) {
                state.put_off(number, Effect::Publish(job, publication));
            } else {
                drop(state);
                // SAFETY: executed just now.
                ran = unsafe { behavior::publish_apart(job, ran, publication) };
                state = self.state.lock();
            }
        }
        if let (Ran::Panicked(failure), Some(history)) = (&ran, &mut state.history) {
            history.panicked(number, failure.message());
        }
        match state.outboxes.iter_mut().find(|outbox| outbox.origin == number) {
            Some(outbox) => outbox.ended = Some(job),
            None => {
                drop(state);
                // SAFETY: executed just now.
                unsafe { self.finish(job) };
                state = self.state.lock();
            }
        }
        state.origin = before;
        drop(state);
        drop(inside);
        ran
    }

    /// # Safety
    /// As `behavior::finish`.
    unsafe fn finish(&self, job: Job) {
        self.state.lock().known.remove(&address(job));
        // SAFETY: the caller's duty.
        unsafe { behavior::finish(job.0, Hint::Spawned) };
    }

    /// Gives up what a scope has scheduled and what has not run: the bodies are dropped, so that
    /// the scope may end though they borrow from its surroundings. For a wait that never ends.
    ///
    /// A scope of a simulation waits on its thread, where the runtime is entered, so borrowed: it
    /// is not dropped meanwhile. So nothing else runs or cancels the behaviors now; and what runs
    /// them later asks for `given_up` first ([`Sim::run`]).
    ///
    /// # Panics
    /// If that is not so.
    pub(crate) fn give_up(&self, scope: &Arc<ScopeState>) {
        // A destructor may schedule once more through the scope.
        loop {
            let mut state = self.state.lock();
            assert!(self.is_here() && !state.cancelled, "a scope of this simulation waits");
            let is_left = |known: &&mut Known| {
                // SAFETY: known, so not finished: it lives, and has its scope still.
                let of = &unsafe { known.job.0.as_ref() }.scope;
                !known.ran && !known.given_up && of.as_ref().is_some_and(|of| Arc::ptr_eq(of, scope))
            };
            let mut left: Vec<_> = state.known.values_mut().filter(is_left).collect();
            left.iter_mut().for_each(|known| known.given_up = true);
            left.sort_by_key(|known| known.number);
            let left: Vec<Job> = left.into_iter().map(|known| known.job).collect();
            drop(state);
            if left.is_empty() {
                return;
            }
            for job in left {
                // SAFETY: known, so not finished, and not run; from now on it is only cancelled
                // (`Sim::run`), and on this thread: the runtime is not dropped meanwhile (see
                // above).
                unsafe { behavior::give_up(job) };
            }
        }
    }

    /// How many behaviors run, or have run and have effects that are still to come; and how many are
    /// ready, but for those that run at a home.
    pub(crate) fn figures(&self) -> (usize, usize) {
        let inbox = self.inbox.lock().len();
        let state = self.state.lock();
        (state.known.values().filter(|known| known.ran).count(), state.ready.len() + inbox)
    }

    /// A behavior is cancelled.
    pub(crate) fn forget(&self, job: Job) {
        self.state.lock().known.remove(&address(job));
    }

    /// Whether what the calling thread has done has not all taken effect yet.
    pub(super) fn has_effects_of_caller(&self) -> bool {
        self.state.lock().outboxes.iter().any(|outbox| outbox.origin == 0)
    }

    /// A promise is asked for where nothing can happen; since when, and how often.
    pub(super) fn asked_in_vain(&self) -> (Instant, u32) {
        let mut state = self.state.lock();
        let (since, times) = state.asked.get_or_insert_with(|| (Instant::now(), 0));
        *times = times.saturating_add(1);
        (*since, *times)
    }

    /// What the calling thread, or the body that runs on it, has done takes effect now, in order,
    /// and no other body runs in between.
    pub(super) fn take_effects_of_caller(&self) {
        loop {
            let state = self.state.lock();
            let Some(origin) = state.origin else { return };
            let Some(at) = state.outboxes.iter().position(|outbox| outbox.origin == origin) else { return };
            self.carry_out(state, Action::Effect(at));
        }
    }

    /// Takes over one of those that other threads have made ready.
    pub(super) fn take_from_inbox(&self) -> bool {
        let mut inbox = self.inbox.lock();
        if inbox.is_empty() {
            return false;
        }
        let job = inbox.remove(0);
        drop(inbox);
        self.state.lock().make_ready(job);
        true
    }

    /// Puts the end of a promise behind what its resolver's user has done before, if that has not taken effect.
    pub(super) fn put_off_release(&self, queue: NonNull<Queue>, producer: NonNull<Status>) -> bool {
        let mut state = self.state.lock();
        let Some(origin) = state.origin.filter(|_| !state.cancelled) else { return false };
        state.effects += 1;
        let behind = state.outboxes.iter().any(|outbox| outbox.origin == origin);
        if behind {
            state.put_off(origin, Effect::Release(queue, producer));
        }
        behind
    }

    /// The runtime is dropped: what has not run does not.
    pub(crate) fn cancel_all(&self, core: &Arc<Core>) {
        loop {
            let mut state = self.state.lock();
            state.cancelled = true;
            let ready = mem::take(&mut state.ready);
            let outboxes = mem::take(&mut state.outboxes);
            let timers = state.clock.take_all();
            drop(state);
            self.cancel_inbox();
            if ready.is_empty() && outboxes.is_empty() && timers.is_empty() {
                return;
            }
            let (mut effects, ended): (Vec<_>, Vec<_>) =
                outboxes.into_iter().map(|outbox| (outbox.effects, outbox.ended)).unzip();
            // Before its behavior is finished.
            for effects in &mut effects {
                let (publications, others) =
                    mem::take(effects).into_iter().partition(|effect| matches!(effect, Effect::Publish(..)));
                *effects = others;
                let publications: VecDeque<Effect> = publications;
                publications.into_iter().for_each(|publication| drop(publication.take()));
            }
            for job in ended.into_iter().flatten() {
                let _inside = self.is_here().then(|| (Inside::enter(core), Shut::now()));
                // SAFETY: executed, and not finished.
                unsafe { self.finish(job) };
            }
            // All are on the list before the first ends: what one has captured may wait for another.
            let _scope = later::Scope::new();
            for (_, job) in ready {
                // SAFETY: taken from a queue, so it is ours to end.
                unsafe { later::cancel(job) };
            }
            effects.into_iter().flatten().for_each(Effect::cancel);
            clock::cancel(timers);
        }
    }

    /// A panic whose promise is gone.
    pub(super) fn unseen(&self, failure: &Failure) {
        if failure.kind() == FailureKind::Panicked {
            let mut state = self.state.lock();
            if state.history.is_some() {
                state.unseen.push(failure.clone());
            }
        }
    }

    /// What has not run, in the order of scheduling.
    pub(super) fn left(&self) -> Vec<String> {
        let state = self.state.lock();
        let mut left: Vec<_> = state.known.values().filter(|known| !known.ran).copied().collect();
        left.sort_by_key(|known| known.number);
        let describe = |known: Known| match (&state.history, known.name) {
            (Some(history), _) => history.describe(known.number),
            (None, Some(name)) => format!("{name} at {}", known.place),
            (None, None) => known.place.to_string(),
        };
        left.into_iter().map(describe).collect()
    }

    /// At the end of a run: what happened, the panics that nobody has looked at, and whether a wait was given up.
    pub(super) fn end(&self) -> (History, Vec<Failure>, bool) {
        let mut state = self.state.lock();
        let mut unseen = mem::take(&mut state.unseen);
        // As a scope does with the first panic of its behaviors, and a pump if asked to.
        unseen.retain(|failure| !failure.was_resumed());
        (state.history.take().unwrap_or_default(), unseen, state.stuck)
    }

    /// What was decided, and whether another run is the same.
    pub(super) fn choices(&self) -> (Vec<super::chooser::Choice>, bool) {
        let mut state = self.state.lock();
        (mem::take(&mut state.chooser.choices), state.chooser.redundant)
    }
}

/// The gate, for a step: it was looked at before the step was chosen, so it is open.
fn begin() -> Running {
    Running::begin().unwrap_or_else(|occupied| occupied.refuse_pumping())
}

impl fmt::Debug for Sim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sim").field("thread", &self.thread).finish_non_exhaustive()
    }
}
