#![doc = include_str!("README.md")]
#![expect(unsafe_code, reason = "hands jobs to the core that they name")]

mod config;
pub(crate) mod context;
mod core;
mod counters;
mod figures;
mod forked;
mod gate;
mod graveyard;
mod idle;
mod injector;
mod launch;
mod lifecycle;
#[cfg(all(test, loom))]
mod loom;
mod open_batch;
mod park;
mod rescue;
mod run_queue;
mod thief;
mod thread_end;
mod timer_queue;
mod timers;
mod wait;
mod waiters;
mod worker;

use std::ptr::NonNull;

use crate::behavior::{self, Hint, Job};

pub(crate) use config::{Config, Hook, SpawnHandler, checked_workers, default_workers};
pub(crate) use core::{Core, Runner};
pub(crate) use counters::Counters;
pub(crate) use gate::{Lending, MayWait, Occupied, Running, Shut, Updating, look, may_wait};
pub(crate) use graveyard::bury;
pub use launch::ThreadBuilder;
pub(crate) use open_batch::{OpenBatch, WaitFor, refuse_in_batch};
pub(crate) use park::Parker;
pub(crate) use wait::{Awaited, pump_until, wait_until};
pub(crate) use worker::Worker;

/// Puts a behavior that has all its cowns where a worker will find it.
///
/// # Safety
/// `core` is the job's own, alive until the job is handed over.
#[inline]
pub(crate) unsafe fn submit(core: NonNull<Core>, job: Job, hint: Hint<'_>) {
    match hint {
        Hint::HandedOver(worker) if worker.belongs_to(core) => worker.hand_over(job),
        // SAFETY: the same duties.
        _ => unsafe { submit_from_anywhere(core, job) },
    }
}

/// # Safety
/// As [`submit`].
#[inline(never)]
unsafe fn submit_from_anywhere(core: NonNull<Core>, job: Job) {
    if context::with_worker_of(core, |worker| worker.push(job)).is_none() {
        // SAFETY: alive until the job is pushed; from then on the count keeps it.
        unsafe { Core::hold(core) }.inject(job);
    }
}

/// Cancels a behavior here and now.
///
/// # Safety
/// The job is the caller's to end, once.
pub(crate) unsafe fn cancel_now(job: Job) {
    // SAFETY: not ended yet, so it lives.
    let core = unsafe { job.0.as_ref() }.core;
    // SAFETY: a behavior of it is in flight, so it lives.
    let held = unsafe { Core::hold(core) };
    if let Some(simulation) = held.simulation() {
        simulation.forget(job);
    }
    // SAFETY: the caller's duty; the core is held.
    unsafe { behavior::cancel(job) };
    drop(held);
}

/// User code is about to run on this thread, outside of a body: no job may wait in a worker's next slot for it.
pub(crate) fn user_code_ahead() {
    context::with_any_worker(Worker::flush_next);
}
