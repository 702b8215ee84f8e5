//! Owns: running a behavior, or cancelling it: README.md, "Its life", 3 and 4.

#![expect(unsafe_code, reason = "moves the body out of a block and the result in")]

use std::mem;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::failure::{Cancelled, Failure};
use crate::later;
use crate::memory;
use crate::notice;
use crate::queue::Slot;
use crate::request::{Granted, Request};
use crate::runtime::ScopeState;
use crate::sched::context::{self, ScopeBefore};
use crate::sched::{Core, Running, Worker};
use crate::trace;
use crate::unwind::{self, Payload};

use super::block::{Behavior, Block};
use super::grant::{Hint, Job};
use super::release::{release_all, release_cowns, release_promise_of, release_slot};
use super::stage::Stage;

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

/// Runs a behavior, after `context::begin_body`. Its cowns are released and it is counted out on return.
///
/// # Safety
/// 1. The job is run or cancelled once.
/// 2. The behavior's core is alive until this returns.
#[inline(always)]
pub(crate) unsafe fn run(job: Job, running: &Running) -> Ran {
    let behavior = job.0;
    // SAFETY: the same duties.
    let ran = unsafe { execute(job, running) };
    if context::end_body() {
        // SAFETY: executed just now.
        return unsafe { finish_attending(behavior, ran, Hint::Spawned) };
    }
    // SAFETY: executed just now.
    unsafe { finish(behavior, Hint::Spawned) };
    ran
}

/// The first half of [`run`]: calls the body and writes the outcome. The cowns are still held. [`context::end_body`] follows,
/// as `context::begin_body` came before.
///
/// # Safety
/// As [`run`]; [`finish`] follows.
#[inline]
pub(crate) unsafe fn execute(job: Job, _: &Running) -> Ran {
    // SAFETY: the same duties.
    unsafe { call(job) }
}

/// [`execute`], and its half of [`run_on`]: the callers have the evidence that no other body runs on
/// this thread.
///
/// # Safety
/// As [`execute`].
#[inline]
unsafe fn call(job: Job) -> Ran {
    let behavior = job.0;
    // SAFETY: not run yet, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block.
    unsafe { (table.execute)(behavior) }
}

/// When a behavior is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancel<'s> {
    /// It has its cowns, or has entered none: they are released, and it is counted out on return.
    Now,
    /// It still waits for cowns: only its body ends. [`cancel`] follows when it has them, and not
    /// [`execute`].
    Early,
    /// It has its cowns, and is executed: its body ends, uncalled. [`finish`] follows.
    InTurn,
    /// It still waits for cowns, and was given up (`waitlist`): as `Now`, but of its slots these
    /// are released. It is not cancelled again, and the owner of this has a count of the promise.
    Waiting(&'s [NonNull<Slot>]),
}

/// Drops the body of a behavior that still waits for cowns: it never runs, and borrows nothing any
/// more. Its promise fails when it has its cowns and is cancelled.
///
/// # Safety
/// The behavior is alive, and never executed: [`cancel`] ends it. The calling thread is the only
/// one that executes or cancels it.
pub(crate) unsafe fn give_up(job: Job) {
    let Job(behavior) = job;
    // SAFETY: alive (caller).
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the caller's duties.
    unsafe { (table.cancel)(behavior, Cancel::Early) };
}

/// Ends a behavior without running it: its promise fails with `Cancelled`.
///
/// # Safety
/// As [`run`].
pub(crate) unsafe fn cancel(job: Job) {
    let Job(behavior) = job;
    // SAFETY: not run yet, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the same duties.
    unsafe { (table.cancel)(behavior, Cancel::Now) };
}

/// [`execute`] of a behavior whose promise was cancelled.
///
/// # Safety
/// As [`execute`].
pub(super) unsafe fn skip(behavior: NonNull<Behavior>) -> Ran {
    // SAFETY: ours to run, so it lives.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the caller's duties.
    unsafe { (table.cancel)(behavior, Cancel::InTurn) };
    context::mark_body();
    Ran::Skipped
}

/// # Safety
/// As [`execute`], for a behavior of these types.
pub(super) unsafe fn execute_block<Q, F, R>(behavior: NonNull<Behavior>) -> Ran
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let block = Block::<Q, F, R>::from_raw(behavior);
    // SAFETY: ours to run, so it lives and is of these types.
    let Begun { body, plan, place } = unsafe { begin(block) };
    // SAFETY: alive until it is finished, and its cowns are held; left below, for no panic gets past the next statement.
    let scope_before = unsafe { enter(behavior) };
    let outcome = unwind::catch(move || {
        // SAFETY: all slots are granted, and held until `finish`.
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
    if let Some(before) = scope_before {
        context::leave_scope(before);
    }
    match outcome {
        Ok(Ok(value)) => {
            // SAFETY: this behavior is what `begin` has begun.
            unsafe { write_outcome(block, Stage::value_of(value)) };
            Ran::Returned
        }
        Ok(Err(failure)) => {
            context::mark_body();
            // SAFETY: as above.
            unsafe { write_failure(block, failure) };
            Ran::Skipped
        }
        Err(payload) => {
            context::mark_body();
            // SAFETY: alive until it is finished.
            let failure = panicked(payload, unsafe { behavior.as_ref() });
            // SAFETY: as above.
            unsafe { write_failure(block, failure.clone()) };
            Ran::Panicked(failure)
        }
    }
}

/// # Safety
/// As [`write_outcome`].
#[cold]
#[inline(never)]
unsafe fn write_failure<Q, F, R>(block: Block<Q, F, R>, failure: Failure)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: the same duties.
    unsafe { write_outcome(block, Stage::failed(failure)) };
}

/// # Safety
/// As [`cancel`] or [`give_up`], for a behavior of these types.
pub(super) unsafe fn cancel_block<Q, F, R>(behavior: NonNull<Behavior>, when: Cancel<'_>)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let block = Block::<Q, F, R>::from_raw(behavior);
    // SAFETY: ours to end, so it lives and is of these types.
    let place = unsafe { block.behavior.as_ref() }.place;
    // SAFETY: alive. Only the thread that executes or cancels a behavior touches its stage before
    // its promise is released; a thread that hands it a cown reads its home, beside the stage.
    let stage = unsafe { block.stage() };
    // SAFETY: as above: the only reference to it.
    let stage = unsafe { &mut *stage };
    // The body; none if it was given up before: then the failure says why.
    let mut ended = match stage {
        Stage::Failed(..) => None,
        _ => {
            // SAFETY: alive; the home is moved out below at the earliest, and the body is there.
            let why = unsafe { why_cancelled(behavior, when) };
            Some(mem::replace(stage, Stage::failed(Failure::cancelled(place, why))))
        }
    };
    if when == Cancel::Early {
        return unwind::contain(|| drop(ended));
    }
    // SAFETY: alive.
    let slots = unsafe { block.slots() };
    // SAFETY: alive; makes no reference.
    let home = unsafe { &raw const (*block.payload(slots).as_ptr()).home };
    // SAFETY: no thread dispatches it any more; moved out once, and nothing drops it in the block.
    drop(unsafe { home.read() });
    if when == Cancel::InTurn {
        return unwind::contain(|| drop(ended));
    }
    let granted = if let Cancel::Waiting(granted) = when { Some(granted) } else { None };
    // SAFETY: the outcome is written; all slots are held, or were never entered, or those are.
    unsafe { end_cancelled(behavior, granted, &mut || drop(ended.take())) };
}

/// # Safety
/// The behavior is alive, and not begun; its body is in it.
#[cold]
#[inline(never)]
unsafe fn why_cancelled(behavior: NonNull<Behavior>, when: Cancel<'_>) -> Cancelled {
    if when == Cancel::InTurn {
        return Cancelled::AskedAlone;
    }
    if when == Cancel::Early {
        // Only a simulation does that.
        return Cancelled::ScopeStuck;
    }
    // SAFETY: alive (caller).
    let core = unsafe { behavior.as_ref() }.core;
    // SAFETY: the behavior is in flight, so its core lives.
    let core = unsafe { core.as_ref() };
    if let Some(why) = core.why_cancelled() {
        return why;
    }
    // SAFETY: alive (caller).
    let table = unsafe { Behavior::table(behavior) };
    if table.cancelled.is_none() {
        return Cancelled::AskedAlone;
    }
    // SAFETY: the table belongs to the block, which is alive (caller).
    let flag = unsafe { (table.flag)(behavior) };
    // SAFETY: the body, which owns it, is there (caller).
    if flag.is_some_and(|flag| unsafe { flag.get() }.is_raised()) {
        return Cancelled::Asked;
    }
    // SAFETY: the table belongs to the block; not begun (caller), so its home is there.
    match unsafe { (table.home)(behavior) } {
        // SAFETY: the behavior has a count of its home.
        Some(home) if unsafe { home.as_ref() }.is_closed() => Cancelled::HomeEnded,
        _ if core.is_in_parent() => Cancelled::Forked,
        _ if core.lacks_threads() => Cancelled::NoThreads,
        _ => Cancelled::BatchPanicked,
    }
}

/// Releases a cancelled behavior, drops its body in between, and counts it out.
///
/// The cowns come first: the destructors of the captures may wait for what requests the same ones.
/// The promise comes last: a joiner finds the captures dropped. What follows from all that happens
/// afterwards (or when a destructor waits for it), so that none of it meets this promise
/// unreleased.
///
/// # Safety
/// As [`finish`]; if only some slots are held, they are `granted`.
#[inline(never)]
unsafe fn end_cancelled(
    behavior: NonNull<Behavior>,
    granted: Option<&[NonNull<Slot>]>,
    drop_body: &mut dyn FnMut(),
) {
    // SAFETY: the caller's duties.
    let left = unsafe { Left::take(behavior) };
    let section = later::Scope::new();
    match granted {
        // SAFETY: no body uses the slots; released once (caller).
        None => unsafe { release_cowns(behavior) },
        // SAFETY: as above.
        Some(granted) => granted.iter().for_each(|&slot| unsafe { release_slot(slot) }),
    }
    later::aside(|| unwind::contain(drop_body));
    // SAFETY: called if the promise is unwanted: see `end`.
    let end = || unsafe { end(behavior) };
    // SAFETY: the outcome is written, the cowns are released.
    unsafe { release_promise_of(behavior, Hint::Spawned, end) };
    drop(section);
    // SAFETY: the core is alive until this returns (caller).
    unsafe { left.count_out() };
}

/// Before a body is called. What does not depend on a behavior's types is compiled once, and not for each of them.
///
/// # Safety
/// The behavior is alive, its cowns are held, and [`context::leave_scope`] follows.
#[inline]
unsafe fn enter(behavior: NonNull<Behavior>) -> Option<ScopeBefore> {
    // SAFETY: alive (caller). Not the way to the slots, which lie behind what this refers to.
    let this = unsafe { behavior.as_ref() };
    if this.slots() != 0 {
        // SAFETY: there is one, and it is held.
        unsafe { Behavior::slots_of(behavior).as_ref() }.prefetch_successor();
    }
    // SAFETY: the behavior keeps the scope (caller).
    this.scope.as_ref().map(|scope| unsafe { context::enter_scope(scope) })
}

/// The failure that a panic is.
#[cold]
fn panicked(payload: Payload, behavior: &Behavior) -> Failure {
    let failure = Failure::panicked(payload, behavior.place);
    if let Some(scope) = &behavior.scope {
        scope.panicked(&failure);
    }
    failure
}

struct Begun<P, F> {
    body: F,
    plan: P,
    place: &'static Location<'static>,
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
    let stage = payload.stage.get_mut();
    let Stage::Body(body) = &*stage else { unreachable!("a behavior is run once") };
    // Not by way of a whole stage: that would be read in pieces of another size than it was written in, and the processor waits.
    // SAFETY: moved out once: the stage is overwritten just below, without being dropped.
    let body = unsafe { std::ptr::read(body) };
    // SAFETY: a place of ours; the body in it is moved out.
    unsafe { std::ptr::write(stage, Stage::Running) };
    Begun { body, plan: payload.plan, place }
}

/// # Safety
/// The behavior has been begun, and is not finished.
unsafe fn write_outcome<Q, F, R>(block: Block<Q, F, R>, outcome: Stage<F, R>)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: alive and ours until the promise is released.
    let stage = unsafe { block.stage() };
    // SAFETY: as above; what is overwritten is `Running`, which needs no drop.
    unsafe { stage.write(outcome) };
}

/// As [`run`], on a worker of the behavior's core, which holds that. The worker's loop calls this,
/// so no other body runs on its thread: see [`Running`].
///
/// # Safety
/// As [`run`].
#[inline]
pub(crate) unsafe fn run_on(worker: &Worker, job: Job) {
    let behavior = job.0;
    worker.begin_body();
    // SAFETY: the same duties.
    let ran = unsafe { call(job) };
    let hint = Hint::HandedOver(worker);
    if worker.end_body() {
        // SAFETY: `call` has written the outcome; nothing was released yet; the worker holds its core.
        return unsafe { finish_on(behavior, ran, hint) };
    }
    // It has returned, and needs no destructor: the worker's loop does not look.
    debug_assert!(matches!(ran, Ran::Returned), "whatever else there is to do is told to the worker");
    mem::forget(ran);
    // SAFETY: the queue's activity, which the behavior leads, keeps the block until its promise is
    // released, below.
    if !unsafe { Behavior::table(behavior) }.plain {
        // SAFETY: as above.
        return unsafe { finish(behavior, hint) };
    }
    // SAFETY: called if the promise is unwanted (`release_all`): INV-ALONE, for the table of a
    // behavior has no weak handles (`Table::weak`). Nothing needs a drop: `begin` has moved the
    // home and the body out, the result is plain, there is no scope.
    let end = || unsafe { Behavior::deallocate(behavior) };
    // SAFETY: `execute` has written the outcome; this is the only release.
    unsafe { release_all(behavior, hint, end) };
    worker.count_finished();
}

/// [`finish`] of what has run on a worker, and did not just return.
///
/// # Safety
/// As [`finish`].
#[inline(never)]
unsafe fn finish_on(behavior: NonNull<Behavior>, ran: Ran, hint: Hint<'_>) {
    let publication = notice::end_of_body();
    let Some(mut publication) = publication else {
        // Before the release: a joiner that drops the failure has the last one.
        drop(ran);
        // SAFETY: the same duties.
        return unsafe { finish(behavior, hint) };
    };
    // SAFETY: the outcome is written, and nothing is released (caller).
    drop(unsafe { publish(behavior, ran, &mut publication) });
    // SAFETY: published just now; the same duties.
    unsafe { finish_published(behavior, publication, hint) };
}

/// The second half of [`run`]: releases everything and counts the behavior out.
///
/// # Safety
/// The behavior's outcome is written; called once. Its core is alive until this returns; the block may be gone then.
#[inline(never)]
pub(crate) unsafe fn finish(behavior: NonNull<Behavior>, hint: Hint<'_>) {
    // SAFETY: the caller's duties.
    let left = unsafe { Left::take(behavior) };
    // SAFETY: called if the promise is unwanted: see `end`.
    let end = || unsafe { end(behavior) };
    // SAFETY: the outcome is written, and this is the only release (caller).
    unsafe { release_all(behavior, hint, end) };
    // SAFETY: the core is alive until this returns (caller).
    unsafe { left.count_out() };
}

/// As [`finish`], for a behavior whose body may have used the noticeboard: publishes what it has posted, unless it panicked;
/// fails the behavior if that panics. Gives how it ended.
///
/// # Safety
/// As [`finish`].
#[cold]
#[inline(never)]
unsafe fn finish_attending(behavior: NonNull<Behavior>, ran: Ran, hint: Hint<'_>) -> Ran {
    let Some(mut publication) = notice::end_of_body() else {
        // SAFETY: the same duties.
        unsafe { finish(behavior, hint) };
        return ran;
    };
    // SAFETY: the outcome is written, and nothing is released (caller).
    let ran = unsafe { publish(behavior, ran, &mut publication) };
    // SAFETY: published just now; the caller's duties.
    unsafe { finish_published(behavior, publication, hint) };
    ran
}

/// The rest of [`finish`], after [`publish`].
///
/// # Safety
/// As [`finish`].
unsafe fn finish_published(
    behavior: NonNull<Behavior>,
    mut publication: notice::Publication,
    hint: Hint<'_>,
) {
    // SAFETY: the caller's duties.
    let left = unsafe { Left::take(behavior) };
    // What follows from telling of the change runs user code: after the release.
    let section = later::Scope::new();
    publication.tell();
    // SAFETY: called if the promise is unwanted: see `end`.
    let end = || unsafe { end(behavior) };
    // SAFETY: the outcome is written, and this is the only release (caller).
    unsafe { release_all(behavior, hint, end) };
    // The values that were replaced.
    later::aside(|| drop(publication));
    drop(section);
    // SAFETY: the core is alive until this returns (caller).
    unsafe { left.count_out() };
}

/// As [`finish_attending`] does it, of a behavior that a simulation finishes later.
///
/// # Safety
/// The behavior's outcome is written, and nothing of it is released.
pub(crate) unsafe fn publish_apart(job: Job, ran: Ran, mut publication: notice::Publication) -> Ran {
    // SAFETY: the caller's duties.
    let ran = unsafe { publish(job.0, ran, &mut publication) };
    let section = later::Scope::new();
    publication.tell();
    later::aside(|| drop(publication));
    drop(section);
    ran
}

/// Publishes what a body has posted, unless it panicked. Gives how the behavior ended then.
///
/// # Safety
/// The behavior's outcome is written, and nothing of it is released.
unsafe fn publish(behavior: NonNull<Behavior>, ran: Ran, publication: &mut notice::Publication) -> Ran {
    if let Ran::Panicked(_) = ran {
        return ran;
    }
    // SAFETY: not finished (caller), so its core lives.
    let core = unsafe { behavior.as_ref() }.core;
    // SAFETY: as above.
    match publication.publish(unsafe { core.as_ref() }) {
        Ok(()) => ran,
        // SAFETY: the caller's duties.
        Err(payload) => Ran::Panicked(unsafe { fail(behavior, payload) }),
    }
}

/// Fails a behavior whose body has ended.
///
/// # Safety
/// Its outcome is written, and nothing of it is released.
#[cold]
unsafe fn fail(behavior: NonNull<Behavior>, payload: Payload) -> Failure {
    // SAFETY: not finished (caller), so it lives.
    let failure = panicked(payload, unsafe { behavior.as_ref() });
    // SAFETY: as above.
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the caller's duties.
    unsafe { (table.fail)(behavior, failure.clone()) };
    failure
}

/// # Safety
/// As [`fail`], for a behavior of these types.
pub(super) unsafe fn fail_block<Q, F, R>(behavior: NonNull<Behavior>, failure: Failure)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: this function stands in the table of this type only; alive and not released (caller).
    let stage = unsafe { Block::<Q, F, R>::from_raw(behavior).stage() };
    // SAFETY: only the thread that has run the body uses the stage before the promise is released.
    let result = mem::replace(unsafe { &mut *stage }, Stage::failed(failure));
    unwind::contain(|| drop(result));
}

/// Ends the block of a behavior whose promise is unwanted.
///
/// # Safety
/// The release saw the only strong count, that of the queue's activity, and no slot but the
/// producer's (`is_unwanted`).
#[inline(always)]
unsafe fn end(behavior: NonNull<Behavior>) {
    // SAFETY: that (caller); the table of a behavior has no weak handles (`Table::weak`).
    unsafe { memory::end_alone(behavior.cast()) };
}

/// What is to be told when a behavior has released everything: the block may be gone then.
struct Left {
    core: NonNull<Core>,
    scope: Option<Arc<ScopeState>>,
}

impl Left {
    /// # Safety
    /// The behavior is not released yet; called once.
    #[inline(always)]
    unsafe fn take(behavior: NonNull<Behavior>) -> Left {
        // SAFETY: the queue's activity, which the behavior leads, keeps the block until its promise
        // is released (caller).
        let core = unsafe { behavior.as_ref() }.core;
        // SAFETY: as above; taken once (caller).
        Left { core, scope: unsafe { Behavior::take_scope(behavior) } }
    }

    /// # Safety
    /// The core is alive until this returns.
    #[inline(always)]
    unsafe fn count_out(self) {
        // SAFETY: the caller's duty.
        unsafe { Core::count_finished(self.core) };
        if let Some(scope) = self.scope {
            scope.leave();
        }
    }
}
