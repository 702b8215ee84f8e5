//! Owns: waiting on a thread that is no worker, and refusing to wait on one that runs a body.

use crate::pinned;
use crate::sim;
use crate::sync::Instant;

use super::context;
use super::park::Parker;

/// Waits until `done`, pumping meanwhile on a thread that has claimed `MainThread`. `false`: the deadline came first.
///
/// Whoever makes `done` true unparks this thread's [`Parker`]; so does whoever pushes to its pinned queue. The poll
/// interval only bounds a single sleep. On the thread of a simulated runtime, waiting is what runs behaviors.
pub(crate) fn wait_until(mut done: impl FnMut() -> bool, deadline: Option<Instant>) -> bool {
    if let Some(core) = sim::here() {
        return sim::wait_until(&core, done, deadline);
    }
    let parker = Parker::current();
    loop {
        if done() {
            return true;
        }
        let pumped = pinned::pump_one_while_waiting();
        if pumped.ran {
            continue;
        }
        let now = Instant::now();
        if deadline.is_some_and(|deadline| now >= deadline) {
            return false;
        }
        let poll = now + pumped.poll;
        parker.park_until(deadline.map_or(poll, |deadline| deadline.min(poll)));
    }
}

/// Panics on a thread that runs a body: a body never waits.
#[track_caller]
pub(crate) fn refuse_in_body(what: &str, instead: &str) {
    if context::in_body() {
        panic!(
            "`{what}` was called inside a behavior, where waiting would deadlock: a body holds its cowns until it ends; \
             {instead}"
        );
    }
}
