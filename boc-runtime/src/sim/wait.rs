//! Owns: waiting on the thread of a simulated runtime, which is what makes things happen: README.md, part 3.

use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use crate::behavior::Ran;
use crate::failure::Failure;
use crate::later;
use crate::pinned::MayLeaveSome;
use crate::queue::{Queue, Status};
use crate::sched::{self, Awaited, Core, MayWait, Occupied};
use crate::sync::{Instant, deadline as deadline_of};
use std::ptr::NonNull;

use super::here::{here, is_absent};
use super::history::TimeOf;
use super::run::Sim;

/// How long a simulation that has nothing to run waits for another thread to use a resolver, or to drop a hold.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same if it knows of none; it may have been made elsewhere.
const SHORT_PATIENCE: Duration = Duration::from_millis(500);
/// The same, at most, for a wait with a time limit, before virtual time jumps to that.
const GRACE: Duration = Duration::from_millis(50);
/// How long one sleep of these is at most.
const NAP: Duration = Duration::from_millis(50);

impl Sim {
    fn patience(&self) -> Duration {
        if self.outside() == 0 { SHORT_PATIENCE } else { PATIENCE }
    }
}

/// How often code asks for a promise that is in a loop.
const MANY: u32 = 1_000;

fn simulation(core: &Core) -> &Sim {
    core.simulation().expect("the core of a simulation")
}

/// Lets things happen until `done`. `false`: the deadline has come.
///
/// What is waited for may be another runtime's: then its workers end the wait, or the deadline
/// does, on the real clock, however long nothing happens here. So it is if it is no one's of boc.
///
/// # Panics
/// If nothing can ever happen any more. The caller makes sure that no body runs later which borrows
/// what the panic ends: see `Sim::give_up`.
#[track_caller]
pub(crate) fn wait_until(
    _may_wait: MayWait,
    core: &Arc<Core>,
    awaited: Awaited<'_>,
    mut done: impl FnMut() -> bool,
    deadline: Option<Instant>,
) -> bool {
    let simulation = simulation(core);
    let (ours, surely_ours) = (awaited.may_be_of(core), awaited.is_of(core));
    // On the simulation's axis, where the deadline lies, or on the real one.
    let virtual_time = ours && awaited.may_come_from_elsewhere().is_none();
    let limit = deadline.filter(|_| virtual_time);
    let real_limit = deadline.filter(|_| !virtual_time).map(|deadline| real(simulation, deadline));
    let mut idle_since = None;
    loop {
        if done() {
            return true;
        }
        // What this thread itself has put off comes before any step.
        if later::catch_up()
            || simulation.step_before(limit)
            || simulation.take_from_inbox()
            || later::before_sleep()
        {
            idle_since = None;
            continue;
        }
        if limit.is_some_and(|limit| simulation.now() >= limit) {
            simulation.state.lock().note_time(TimeOf::Wait, Location::caller());
            return false;
        }
        // Nothing else can happen now, so time passes.
        if simulation.pass_time(limit) {
            continue;
        }
        let now = Instant::now();
        let (unfinished, outside) = (surely_ours || !core.is_quiescent(), simulation.outside());
        let idle = now - *idle_since.get_or_insert(now);
        if let Some(limit) = limit {
            // No thread is known that could do something in time, or it had some real time for that.
            let left = limit - simulation.now();
            if (unfinished && outside == 0) || idle >= GRACE.min(left) {
                simulation.jump(limit);
                continue;
            }
        }
        if let Some((real, deadline)) = real_limit {
            if real.is_some_and(|real| now >= real) {
                simulation.jump(deadline);
                simulation.state.lock().note_time(TimeOf::Wait, Location::caller());
                return false;
            }
        }
        // Something else will end this: another thread that resolves or drops, or another runtime's
        // workers.
        match awaited.may_come_from_elsewhere() {
            None if limit.is_none()
                && ours
                && (outside != 0 || unfinished)
                && idle >= simulation.patience() =>
            {
                stuck(simulation, &why_nothing_comes(outside));
            }
            Some(false) => stuck(simulation, "no behavior is ready, and no waker of the future is kept"),
            Some(true) if deadline.is_none() && unfinished && idle >= PATIENCE => {
                let why = format!("no behavior is ready, and nothing else has ended it within {PATIENCE:?}");
                stuck(simulation, &why);
            }
            _ => {}
        }
        let nap = limit.map_or(NAP, |limit| GRACE.min(limit - simulation.now()));
        let real = real_limit.and_then(|(real, _)| real);
        simulation.parker.park_until(Some(real.map_or(now + nap, |real| real.min(now + nap))));
    }
}

/// When a deadline comes that lies on the simulation's axis, on the real clock; and the deadline.
fn real(simulation: &Sim, at: Instant) -> (Option<Instant>, Instant) {
    let virtual_now = simulation.now();
    let left = if at > virtual_now { at - virtual_now } else { Duration::ZERO };
    (deadline_of(Instant::now(), left), at)
}

fn why_nothing_comes(outside: usize) -> String {
    match outside {
        0 => {
            "no behavior is ready, and no `Resolver` and no `Hold` is alive that could change that".to_owned()
        }
        count => format!(
            "no behavior is ready, and what could change that was neither used nor dropped within {PATIENCE:?} \
             (`Resolver`s and `Hold`s that are alive: {count})"
        ),
    }
}

#[track_caller]
fn stuck(simulation: &Sim, why: &str) -> ! {
    simulation.state.lock().stuck = true;
    let left = simulation.left();
    let list: String = left.iter().take(20).map(|left| format!("\n  - {left}")).collect();
    let more = if left.len() > 20 { format!("\n  - and {} more", left.len() - 20) } else { String::new() };
    let waiting = match left.len() {
        0 => String::new(),
        1 => format!("; 1 behavior waits for ever:{list}"),
        count => format!("; {count} behaviors wait for ever:{list}{more}"),
    };
    panic!("this wait never ends: {why}{waiting}")
}

/// What the calling thread, or the body that runs on it, has scheduled on the simulated runtime
/// takes effect now: it is about to hand something over that no queue orders, or to schedule on
/// another runtime, which puts nothing off.
#[inline]
pub(crate) fn settle() {
    if !is_absent() {
        settle_here();
    }
}

#[cold]
fn settle_here() {
    if let Some(core) = here() {
        simulation(&core).take_effects_of_caller();
    }
}

/// Before a join, a poll, or a question: what the thread, or its body, has done takes effect first.
pub(crate) fn arrive() {
    let Some(core) = here() else { return };
    let simulation = simulation(&core);
    let _may_leave_some = MayLeaveSome::begin();
    match sched::look() {
        Ok(()) => while simulation.has_effects_of_caller() && simulation.step() {},
        // A future is polled while a value is lent: no body may run, so what was scheduled enters
        // with none in between.
        // So does what a body has scheduled or resolved before it asks: no run has it overtaken.
        Err(Occupied::Lends | Occupied::RunsBody) => simulation.take_effects_of_caller(),
        Err(Occupied::Updates) => {}
    }
}

/// Lets one thing happen, if the thread is free: for code that asks for a promise again and again.
/// Whether it should ask again at once. `awaited` is that promise.
///
/// # Panics
/// If it asks for long where nothing can happen: it would ask for ever.
#[track_caller]
pub(crate) fn step_here<'w>(awaited: impl FnOnce() -> Awaited<'w>) -> bool {
    let Some(core) = here() else { return false };
    let simulation = simulation(&core);
    let _may_leave_some = MayLeaveSome::begin();
    match sched::look() {
        Ok(()) => simulation.step() || simulation.take_from_inbox() || simulation.pass_time(None),
        Err(occupied) => {
            if !core.is_quiescent() && awaited().may_be_of(&core) {
                refuse_asking_for_ever(simulation, occupied);
            }
            // So that an executor that blocks inside of `with` asks until it is told. One that
            // lives in bodies is woken when there is something.
            occupied == Occupied::Lends
        }
    }
}

#[track_caller]
fn refuse_asking_for_ever(simulation: &Sim, occupied: Occupied) {
    let (since, times) = simulation.asked_in_vain();
    if times < MANY || Instant::now() - since < simulation.patience() {
        return;
    }
    simulation.state.lock().stuck = true;
    let (place, end) = match occupied {
        Occupied::Lends => ("inside `MainThread::with`", "return from `with` first"),
        Occupied::RunsBody => {
            ("inside a behavior", "let the behavior end, and request the promise in another")
        }
        Occupied::Updates => ("inside the closure of `Notice::update`", "return the new value first"),
    };
    panic!(
        "this promise is asked for again and again {place}, where a simulated runtime runs nothing: it would go \
         on for ever; {end}"
    );
}

/// For a pump: runs other behaviors as chosen, until one is chosen that runs here. If nothing can happen at all
/// when the pump begins, time passes, to the pump's deadline at most.
pub(crate) fn pump_one(core: &Core, first: bool, deadline: Option<Instant>) -> Option<Ran> {
    simulation(core).step_of_pump(first, deadline)
}

/// Whether a promise is given up later, because something else comes before.
pub(crate) fn put_off_release(queue: NonNull<Queue>, producer: NonNull<Status>) -> bool {
    here().is_some_and(|core| simulation(&core).put_off_release(queue, producer))
}

/// A failure dies that nobody has looked at.
pub(crate) fn unseen(failure: &Failure) {
    if let Some(core) = here() {
        simulation(&core).unseen(failure);
    }
}
