//! Owns: running a behavior, or cancelling it, and giving up its cowns: README.md, "Its life", 3 and 4.

#![expect(unsafe_code, reason = "moves the body out of a block and the result in")]

use std::panic::Location;
use std::ptr::NonNull;

use crate::failure::Failure;
use crate::later;
use crate::memory::{self, Header};
use crate::queue::{self, Effects, Queue, Slot, Status};
use crate::request::{Granted, Request};
use crate::sched::{self, Core, context};
use crate::trace;
use crate::unwind::{self, Bomb};

use super::block::{Behavior, Block};
use super::stage::Stage;
use super::task::{self, Hint, Job};

/// How a behavior ended.
#[derive(Debug)]
pub(crate) enum Ran {
    /// The body returned.
    Returned,
    /// A requested promise had failed: the body was not called.
    Skipped,
    /// The body panicked.
    Panicked(Failure),
}

/// Runs a behavior. Its cowns are released and it is counted out on return.
///
/// # Safety
/// 1. The job is run or cancelled once.
/// 2. The behavior's core is alive until this returns.
pub(crate) unsafe fn run(job: Job) -> Ran {
    let behavior = Behavior::of(job);
    // SAFETY: duty 1: not run yet, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block.
    unsafe { (table.run)(behavior) }
}

/// Ends a behavior without running it: its promise fails with `Cancelled`.
///
/// # Safety
/// As [`run`].
pub(crate) unsafe fn cancel(job: Job) {
    let behavior = Behavior::of(job);
    // SAFETY: not run yet, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block.
    unsafe { (table.cancel)(behavior) }
}

/// # Safety
/// As [`run`], for a behavior of these types.
pub(super) unsafe fn run_block<Q, F, R>(behavior: NonNull<Behavior>) -> Ran
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let block = Block::<Q, F, R>::from_raw(behavior);
    // SAFETY: ours to run, so it lives and is of these types.
    let Begun { body, plan, place, slots } = unsafe { begin(block) };
    // SAFETY: alive until it is completed.
    let scope = unsafe { behavior.as_ref() }.scope.clone();
    let in_scope = scope.as_ref().map(context::ScopeOfBody::enter);
    let outcome = unwind::catch(|| {
        // SAFETY: all slots are granted, and held until `complete`.
        let mut granted = unsafe { Granted::new(Behavior::slots_of(behavior)) };
        // SAFETY: the plan was made with these slots.
        match unsafe { Q::guard(plan, &mut granted) } {
            Ok(guards) => Ok(trace::body::<Q, R>(place, || body(guards))),
            Err(failure) => {
                unwind::contain(|| drop(body));
                Err(failure)
            }
        }
    });
    // SAFETY: alive until it is completed.
    sched::body_ended(unsafe { behavior.as_ref() }.core);
    drop(in_scope);
    let (stage, ran) = match outcome {
        Ok(Ok(value)) => (Stage::value_of(value), Ran::Returned),
        Ok(Err(failure)) => (Stage::failed(failure), Ran::Skipped),
        Err(payload) => {
            let failure = Failure::panicked(payload, place);
            if let Some(scope) = &scope {
                scope.panicked(&failure);
            }
            (Stage::failed(failure.clone()), Ran::Panicked(failure))
        }
    };
    // SAFETY: this behavior is what `begin` has begun.
    unsafe { complete(block, stage, slots) };
    ran
}

/// # Safety
/// As [`run`], for a behavior of these types.
pub(super) unsafe fn cancel_block<Q, F, R>(behavior: NonNull<Behavior>)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let block = Block::<Q, F, R>::from_raw(behavior);
    // SAFETY: ours to end, so it lives and is of these types.
    let Begun { body, place, slots, .. } = unsafe { begin(block) };
    unwind::contain(|| drop(body));
    // SAFETY: this behavior is what `begin` has begun.
    unsafe { complete(block, Stage::failed(Failure::cancelled(place)), slots) };
}

struct Begun<P, F> {
    body: F,
    plan: P,
    place: &'static Location<'static>,
    slots: usize,
}

/// Moves the body out of its block.
///
/// # Safety
/// The behavior is of these types, alive, and the caller's to run; called once.
unsafe fn begin<Q, F, R>(block: Block<Q, F, R>) -> Begun<Q::Plan, F>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: alive (caller).
    let place = unsafe { block.behavior.as_ref() }.place;
    // SAFETY: alive (caller).
    let slots = unsafe { block.slots() };
    // SAFETY: the caller's to run: nobody else touches the payload.
    let payload = unsafe { block.payload(slots).as_mut() };
    // SAFETY: moved out once; nothing drops it in the block.
    drop(unsafe { std::ptr::read(&raw const payload.home) });
    let Stage::Body(body) = std::mem::replace(payload.stage.get_mut(), Stage::Running) else {
        unreachable!("a behavior is run once");
    };
    Begun { body, plan: payload.plan, place, slots }
}

/// The effects of releasing: whoever is granted gets it from us; cowns may die.
struct Releasing;

impl Effects for Releasing {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, by the queue.
        unsafe { task::grant(slot, Hint::HandedOver) };
    }

    fn activated(&mut self, _: NonNull<Queue>) {
        unreachable!("releasing enters no queue");
    }

    fn idle(&mut self, cown: NonNull<Queue>) {
        // SAFETY: the count of the cown's activity. The value is dropped after the last release: `later::Scope`.
        unsafe { memory::release(Header::of(cown)) };
    }
}

/// Gives up one cown, outside of a behavior: a joiner's.
///
/// # Safety
/// As `queue::release`.
pub(crate) unsafe fn release_slot(slot: NonNull<Slot>) {
    let _scope = later::Scope::new();
    // SAFETY: the caller's duty.
    unsafe { queue::release(slot, &mut Releasing) };
}

/// Gives a promise up that no behavior leads: a resolver's.
///
/// # Safety
/// As `queue::release_producer`.
pub(crate) unsafe fn release_promise(cown: NonNull<Queue>, producer: NonNull<Status>) {
    let _scope = later::Scope::new();
    // SAFETY: the caller's duty.
    unsafe { queue::release_producer(cown, producer, &mut Releasing) };
}

/// Writes the outcome, releases everything and counts the behavior out.
///
/// # Safety
/// The behavior has been begun; the block may be gone on return.
unsafe fn complete<Q, F, R>(block: Block<Q, F, R>, outcome: Stage<F, R>, slots: usize)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let behavior = block.behavior;
    // SAFETY: alive and ours until the promise is released.
    let stage = unsafe { block.stage() };
    // SAFETY: as above; what is overwritten is `Running`, which needs no drop.
    unsafe { stage.write(outcome) };
    // SAFETY: as above.
    let core = unsafe { behavior.as_ref() }.core;
    // SAFETY: as above.
    let scope = unsafe { &raw const (*behavior.as_ptr()).scope };
    // SAFETY: moved out once; nothing drops it in the block.
    let scope = unsafe { scope.read() };
    // SAFETY: as above.
    unsafe { release_all(behavior, slots) };
    // SAFETY: alive (duty 2 of `run`).
    unsafe { Core::count_finished(core) };
    if let Some(scope) = scope {
        scope.leave();
    }
}

/// # Safety
/// The behavior is finished and holds its `slots` slots; it may be gone on return.
unsafe fn release_all(behavior: NonNull<Behavior>, slots: usize) {
    let _scope = later::Scope::new();
    let bomb = Bomb("releasing the cowns of a behavior");
    let first = Behavior::slots_of(behavior);
    for index in 0..slots {
        // SAFETY: within the slots of the behavior.
        let slot = unsafe { first.add(index) };
        // SAFETY: not released yet, so it lives (INV-1).
        if !unsafe { slot.as_ref() }.is_repeated() {
            // SAFETY: granted, and released once.
            unsafe { queue::release(slot, &mut Releasing) };
        }
    }
    // SAFETY: the behavior leads its promise's queue; the outcome is written.
    unsafe { queue::release_producer(behavior.cast(), Behavior::producer_of(behavior), &mut Releasing) };
    bomb.defuse();
}
