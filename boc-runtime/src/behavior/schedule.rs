//! Owns: the making of a behavior: README.md, "Its life", 1.

#![expect(unsafe_code, reason = "writes a block")]

use std::fmt;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::memory::{Header, Table};
use crate::notice;
use crate::pinned::Home;
use crate::promise::{Due, Promised};
use crate::queue::{Queue, Slot, Users};
use crate::request::{Affinity, Claims, Misfit, Request};
use crate::runtime::ScopeState;
use crate::sched::{Core, OpenBatch, context};
use crate::sync::UnsafeCell;

use super::block::{self, Behavior, Block, Payload};
use super::grant::Job;
use super::order::{self, Clash};
use super::stage::Stage;

/// Why a request set was refused; nothing was scheduled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Clash(Clash),
    Misfit(Misfit),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Clash(Clash { first, second }) => write!(
                f,
                "requests {} and {} of the set are the same cown, and at least one of them is exclusive; request it once, or \
                 with `read` in both places",
                first + 1,
                second + 1
            ),
            Refused::Misfit(misfit) => misfit.fmt(f),
        }
    }
}

/// A behavior that is made, and counted as scheduled, but stands in no queue yet.
pub(crate) struct Made {
    pub(super) behavior: NonNull<Behavior>,
    /// The behavior's; it lives as that does.
    pub(super) core: NonNull<Core>,
    pub(super) slots: usize,
    /// The slot that enters first; each knows which one is next.
    pub(super) first: Option<NonNull<Slot>>,
}

/// Makes a behavior and puts it into the queues of its cowns.
///
/// # Safety
/// 1. `core` lives until it has been told that the behavior is finished (`sched/README.md`, part 4).
/// 2. What `body` borrows lives until then.
// Inlined, and so is `make`: what they give stays in registers then.
#[inline(always)]
#[track_caller]
pub(crate) unsafe fn schedule<Q, F, R>(
    core: &Core,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
) -> Result<Due<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: the same duties.
    let (made, due) = unsafe { make(core, request, body, place, scope, None) }?;
    // SAFETY: the request borrows the handles, so the cowns are alive.
    unsafe { made.enter() };
    Ok(due)
}

/// Makes a behavior.
///
/// # Safety
/// As [`schedule`]; it is entered, or cancelled, afterwards.
#[inline(always)]
#[track_caller]
pub(crate) unsafe fn make<Q, F, R>(
    core: &Core,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
    batch: Option<&OpenBatch>,
) -> Result<(Made, Due<R>), Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let slots = Q::SLOTS.unwrap_or_else(|| request.slots());
    // Before the allocation: it may panic.
    let counted = count_of_slots(slots);
    let block = Block::<Q, F, R>::allocate(slots);
    let behavior = block.behavior;
    // SAFETY: the block is ours, of this table, and has room for so many slots.
    let mut claims =
        unsafe { begin(behavior, &Block::<Q, F, R>::TABLE.promise, core, place, counted, batch) };
    let plan = request.plan(&mut claims);
    // SAFETY: begun with so many slots, and planned.
    let Planned { first, home } = match unsafe { planned(behavior, slots, &mut claims) } {
        Ok(planned) => planned,
        Err(refused) => {
            // Nothing in the block needs a drop yet.
            // SAFETY: nobody knows it.
            unsafe { Behavior::deallocate(behavior) };
            return Err(refused);
        }
    };
    let home = block::home_of::<Q>(home);
    if <Q::Affinity as Affinity>::PINNED {
        // SAFETY: planned, and no other thread knows it; the request borrows handles of its cowns.
        unsafe { note_home(behavior, slots) };
    }
    // Before the payload is written: if this panics, the body is dropped as any argument is.
    // SAFETY: still ours alone.
    unsafe { count(core, behavior, scope) };
    let payload = Payload::<Q, F, R> { plan, home, stage: UnsafeCell::new(Stage::Body(body)) };
    // SAFETY: the place of the payload in our block.
    unsafe { block.payload(slots).write(payload) };
    // SAFETY: one of the two strong counts is the promise's.
    let due = unsafe { Due::new(behavior.cast()) };
    Ok((Made { behavior, core: NonNull::from(core), slots, first }, due))
}

/// How many slots a behavior has, as it counts them: `CountDown` adds one.
#[inline]
fn count_of_slots(slots: usize) -> u32 {
    match u32::try_from(slots) {
        Ok(counted) if counted < u32::MAX => counted,
        _ => panic!("a behavior requests fewer than 2^32 - 1 cowns, and not {slots}"),
    }
}

// What follows does not depend on a behavior's types, so that it is compiled once and not for each of them.

/// Writes the part of a block before the slots, and starts to claim these.
///
/// # Safety
/// The block is the caller's, has room for so many slots, and is of the type that the table is for.
#[inline]
unsafe fn begin<'b>(
    behavior: NonNull<Behavior>,
    table: &'static Table,
    core: &Core,
    place: &'static Location<'static>,
    slots: u32,
    batch: Option<&'b OpenBatch>,
) -> Claims<'b> {
    let producer = Behavior::producer_of(behavior);
    // Two strong counts: the promise that is returned, and the activity of its queue, which the behavior leads.
    let header = Header::new(table, Queue::led_by(producer.as_ptr(), Users::only(core.party())), 2, 1);
    // SAFETY: the block is ours and of this layout (caller).
    unsafe { behavior.write(Behavior::new(Promised::new(header), core.into(), place, slots)) };
    // SAFETY: the block has room for so many slots (caller).
    unsafe { Claims::new(Behavior::slots_of(behavior), slots as usize, behavior, batch) }
}

/// What planning a request set has found.
struct Planned {
    /// The slot that enters first.
    first: Option<NonNull<Slot>>,
    home: Option<Arc<Home>>,
}

/// Puts the slots in order.
///
/// # Safety
/// The behavior was begun with so many slots; these are its claims; nobody else knows it.
#[inline]
unsafe fn planned(
    behavior: NonNull<Behavior>,
    slots: usize,
    claims: &mut Claims<'_>,
) -> Result<Planned, Refused> {
    let home = claims.finish().map_err(Refused::Misfit)?;
    let first = match slots {
        0 => None,
        1 => Some(Behavior::slots_of(behavior)),
        _ => {
            // SAFETY: planned, all of them; nobody else knows them (caller).
            let ordered = unsafe { order::put_in_order(Behavior::slots_of(behavior).cast(), slots) };
            let (first, repeated) = ordered.map_err(Refused::Clash)?;
            if repeated != 0 {
                // SAFETY: not entered anywhere, so it is ours alone.
                unsafe { behavior.as_ptr().as_mut().expect("a block") }.expect_fewer(repeated);
            }
            Some(first)
        }
    };
    Ok(Planned { first, home })
}

/// Notes, in the queues of its cowns and of its promise, that a behavior runs at a home: its core's workers neither run it nor wait for
/// its end, so what waits behind it has to be tracked.
///
/// # Safety
/// It has so many slots, and is not entered; no other thread knows it; its cowns are alive.
#[inline]
unsafe fn note_home(behavior: NonNull<Behavior>, slots: usize) {
    // SAFETY: ours alone (caller).
    unsafe { behavior.as_ref() }.promised.header.queue.users().note_stranger();
    for index in 0..slots {
        // SAFETY: within its slots.
        let slot = unsafe { Behavior::slot(behavior, index) };
        // SAFETY: not entered, so it lives.
        let cown = unsafe { slot.as_ref() }.cown();
        // SAFETY: alive (caller).
        let users = unsafe { cown.as_ref() }.users();
        if !users.are_mixed() {
            users.note_stranger();
        }
    }
}

/// Counts a behavior as scheduled: by its core, and by its scope, or that of the body that runs here.
///
/// # Panics
/// As `Core::count_scheduled`.
///
/// # Safety
/// The part of the block before the slots is written, and no other thread knows the behavior.
// A few instructions, where nothing has a scope: a call would save as many registers.
#[inline]
#[track_caller]
unsafe fn count(core: &Core, behavior: NonNull<Behavior>, scope: Option<Arc<ScopeState>>) {
    core.count_scheduled();
    if scope.is_some() || context::is_in_scope() {
        // SAFETY: the same duties.
        unsafe { enter_scope(behavior, scope) };
    }
}

/// The part of [`count`] for a behavior that has a scope, or that a body schedules which has posted.
///
/// # Safety
/// As [`count`].
#[cold]
#[inline(never)]
#[track_caller]
unsafe fn enter_scope(behavior: NonNull<Behavior>, scope: Option<Arc<ScopeState>>) {
    // SAFETY: the caller's duties.
    if context::is_watching() && !unsafe { notice::may_schedule(behavior) } {
        // SAFETY: written (caller).
        let core = unsafe { behavior.as_ref() }.core;
        // SAFETY: alive: the caller of `schedule` keeps it. Counted in just now.
        unsafe { Core::count_finished(core) };
        // Nothing in the block needs a drop yet.
        // SAFETY: no other thread knows it (caller).
        unsafe { Behavior::deallocate(behavior) };
        notice::refuse_to_schedule();
    }
    if let Some(scope) = scope.or_else(context::current_scope) {
        scope.enter();
        // SAFETY: no other thread knows the block yet (caller).
        unsafe { behavior.as_ptr().as_mut().expect("a block") }.scope = Some(scope);
    }
}

impl Made {
    /// The slots that enter queues, in the order in which they do so. None has yet.
    pub(crate) fn entering(&self) -> impl Iterator<Item = NonNull<Slot>> {
        // SAFETY: not entered, so the block lives.
        std::iter::successors(self.first, |slot| unsafe { slot.as_ref() }.next_to_enter())
    }

    /// All slots.
    pub(crate) fn all_slots(&self) -> impl Iterator<Item = NonNull<Slot>> {
        // SAFETY: within the slots of the behavior.
        (0..self.slots).map(|index| unsafe { Behavior::slot(self.behavior, index) })
    }

    /// The right to end the behavior.
    pub(crate) fn job(&self) -> Job {
        Job(self.behavior)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unwind;

    #[test]
    fn a_behavior_counts_its_slots_and_one_more() {
        let most = u32::MAX - 1;
        assert_eq!(count_of_slots(most as usize), most);
        for slots in [u32::MAX as usize, usize::MAX] {
            let refused = unwind::catch(|| count_of_slots(slots)).expect_err("one too many");
            assert!(unwind::message(&refused).contains("fewer than 2^32 - 1"));
        }
    }
}
