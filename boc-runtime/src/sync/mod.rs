//! Owns: the one door to atomics, cells, locks, threads, time, thread-locals and globals. Everything that a checker has to
//! see comes from here: `std` in programs, `model` (loom's) in the models, which `ci/loom.sh` runs, and `scheduled`
//! (shuttle's) in the programs of `schedules`, which `ci/shuttle.sh` runs.

use ::std::time::Duration;

#[cfg(all(test, any(loom, shuttle)))]
mod checked;
#[cfg(all(test, any(loom, shuttle)))]
pub(crate) mod deque;
mod forks;
#[cfg(all(test, loom))]
mod model;
#[cfg(all(test, shuttle))]
mod scheduled;
#[cfg(not(all(test, any(loom, shuttle))))]
mod std;
#[cfg(all(test, any(loom, shuttle)))]
pub(crate) mod swap;

#[cfg(all(test, any(loom, shuttle)))]
pub(crate) use self::checked::MutexGuard;
pub(crate) use self::forks::{forks, watch_forks};
#[cfg(all(test, loom))]
pub(crate) use self::model::*;
#[cfg(all(test, shuttle))]
pub(crate) use self::scheduled::*;
#[cfg(not(all(test, any(loom, shuttle))))]
pub(crate) use self::std::*;

/// One that no model looks at: for what is right whichever value is read.
pub(crate) use ::std::sync::atomic::AtomicPtr as PlainAtomicPtr;

/// When a time that begins at `start` is over; `None`: never, for the clock does not go so far.
/// Every sum of an instant and a duration that a user chose is made here: `+` panics where the
/// clock ends. (From now on: `sim::deadline_after`, which knows which clock is meant.)
pub(crate) fn deadline(start: Instant, time: Duration) -> Option<Instant> {
    start.checked_add(time)
}

/// Sleeps until the condition is notified. `false`: the deadline came first; `None` never comes.
pub(crate) fn sleep_until<T>(
    condition: &Condvar,
    guard: &mut MutexGuard<'_, T>,
    deadline: Option<Instant>,
) -> bool {
    match deadline {
        Some(deadline) => !condition.wait_until(guard, deadline).timed_out(),
        None => {
            condition.wait(guard);
            true
        }
    }
}

/// When a time is over that begins now; `None`: never.
pub(crate) fn deadline_after(time: Duration) -> Option<Instant> {
    deadline(Instant::now(), time)
}
