//! Owns: waiting on a thread that is no worker.

use std::time::Duration;

use crate::later;
use crate::memory;
use crate::pinned::{self, MayLeaveSome};
use crate::sim::{self, deadline_after};
use crate::sync::{Instant, thread};

use super::core::Core;
use super::forked;
use super::gate::{MayWait, try_may_wait};
use super::park::Parker;

/// What is waited for: whether a simulation that has nothing to run may give the wait up.
#[derive(Clone, Copy)]
pub(crate) struct Awaited<'w> {
    /// Whose behaviors; null: not known. An address to compare, for the core may be gone.
    core: *const Core,
    /// For something that is not boc's: whether anything may still end the wait.
    foreign: Option<&'w dyn Fn() -> bool>,
}

impl<'w> Awaited<'w> {
    /// Behaviors of this core.
    pub(crate) fn of(core: &Core) -> Awaited<'w> {
        Awaited::promise(core)
    }

    /// A promise; `core` is that of its behavior, null if a resolver fills it.
    pub(crate) fn promise(core: *const Core) -> Awaited<'w> {
        Awaited { core, foreign: None }
    }

    /// Something that is not boc's. `may_come`: something that could end the wait is still there.
    pub(crate) fn foreign(may_come: &'w dyn Fn() -> bool) -> Awaited<'w> {
        Awaited { core: std::ptr::null(), foreign: Some(may_come) }
    }

    /// `None`: it is boc's own. Otherwise whether something that could end the wait is still there.
    pub(crate) fn may_come_from_elsewhere(self) -> Option<bool> {
        self.foreign.map(|may_come| may_come())
    }

    /// Refuses a wait that only threads of this process's parent could end.
    ///
    /// # Panics
    /// If that is so.
    #[track_caller]
    pub(crate) fn refuse_in_a_fork(self) {
        forked::refuse_to_wait_for(self.core);
    }

    /// Whether it is known to be `core` that has to make progress.
    pub(crate) fn is_of(self, core: &Core) -> bool {
        std::ptr::eq(self.core, core)
    }

    /// Whether `core` may be what has to make progress. Threads of another core may run for as long
    /// as they like.
    pub(crate) fn may_be_of(self, core: &Core) -> bool {
        self.core.is_null() || std::ptr::eq(self.core, core)
    }
}

/// Waits until `done`, pumping meanwhile on a thread that has claimed `MainThread`. `false`: the deadline came first.
///
/// What makes `done` true unparks `parker`, so a wait sleeps until then. A wait that pumps is woken
/// by what arrives in its pinned queue, too, and there the poll interval bounds a single sleep: the
/// host may have work of its own to look at. On the thread of a simulated runtime, waiting is what
/// runs behaviors. A wait that has run pinned behaviors and leaves others calls the wake hook.
///
/// The deadline is looked at between pinned behaviors, too: one that schedules itself again would
/// keep the wait from its end otherwise. The first one runs in any case, so that a loop of waits
/// without time gets on.
#[track_caller]
pub(crate) fn wait_until<'w>(
    may_wait: MayWait,
    parker: &Parker,
    awaited: impl FnOnce() -> Awaited<'w>,
    mut done: impl FnMut() -> bool,
    deadline: Option<Instant>,
) -> bool {
    let mut patience = None;
    let _may_leave_some = MayLeaveSome::begin();
    if let Some(core) = sim::here() {
        return sim::wait_until(may_wait, &core, awaited(), done, deadline);
    }
    loop {
        if done() {
            return true;
        }
        let pumped = pinned::pump_one_while_waiting(may_wait);
        if is_over(deadline) {
            return pumped.ran && done();
        }
        if pumped.ran {
            continue;
        }
        // What this thread itself has put off may be what is waited for.
        if later::waits_inside() {
            if later::catch_up() {
                continue;
            }
            // It goes to another thread if the wait lasts: most are over sooner.
            let patience = *patience.get_or_insert_with(|| Instant::now() + PATIENCE);
            if Instant::now() < patience {
                parker.park_until(deadline.into_iter().chain([patience]).min());
                continue;
            }
            if later::hand_over() {
                continue;
            }
        }
        if later::before_sleep() {
            continue;
        }
        memory::before_waiting();
        let poll = pumped.poll.and_then(deadline_after);
        parker.park_until(poll.into_iter().chain(deadline).min());
    }
}

fn is_over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| Instant::now() >= deadline)
}

/// How long a wait in a destructor lasts before what else is to be ended goes to another thread.
const PATIENCE: Duration = Duration::from_millis(5);

/// How long a home sleeps between two looks at something that no thread tells it of.
const LOOK_AGAIN: Duration = Duration::from_micros(200);

/// Pumps on a thread that has claimed `MainThread`, until `done`: for a wait for threads, whose ends
/// unpark no waiter. What they do at their ends may need what is pinned here. It returns when the
/// deadline is over; and at once on another thread, or where nothing may run: then the caller just
/// waits.
pub(crate) fn pump_until(mut done: impl FnMut() -> bool, deadline: Option<Instant>) {
    let _may_leave_some = MayLeaveSome::begin();
    while pinned::is_home() && !done() && !is_over(deadline) {
        let Some(may_wait) = try_may_wait() else { return };
        if !pinned::pump_one_while_waiting(may_wait).ran {
            thread::sleep(LOOK_AGAIN);
        }
    }
}
