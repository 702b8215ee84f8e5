//! Owns: the making of a behavior and its two-phase entering: README.md, "Its life", 1.

#![expect(unsafe_code, reason = "writes a block and puts its slots into queues")]

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::ptr::NonNull;
use std::slice;

use crate::later;
use crate::memory::{self, Header};
use crate::promise::{Promise, Promised};
use crate::queue::{self, Effects, Queue, Slot};
use crate::request::{Claims, Misfit, Request};
use crate::sched::Core;
use crate::sync::UnsafeCell;
use crate::unwind::Bomb;

use super::block::{self, Behavior, Block, Payload};
use super::order::{Clash, Order};
use super::stage::Stage;
use super::task::{self, Hint, Task};

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

/// The effects of entering: what is granted at once was free.
struct Entering;

impl Effects for Entering {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, by the queue.
        unsafe { task::grant(slot, Hint::Spawned) };
    }

    fn activated(&mut self, cown: NonNull<Queue>) {
        // SAFETY: the scheduler borrows a handle.
        unsafe { memory::retain(Header::of(cown)) };
    }

    fn idle(&mut self, _: NonNull<Queue>) {
        unreachable!("entering leaves no queue");
    }
}

/// Makes a behavior and puts it into the queues of its cowns.
///
/// # Safety
/// `core` lives until it has been told that the behavior is finished (`sched/README.md`, part 4).
pub(crate) unsafe fn schedule<Q, F, R>(
    core: &Core,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
) -> Result<Promise<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
    R: Send + 'static,
{
    let slots = request.slots();
    // Before the allocation: it may panic.
    let task = Task::new(block::dispatch_block::<Q, F, R>, slots);
    let block = Block::<Q, F, R>::allocate(slots);
    let behavior = block.behavior;
    let (task_at, producer) = (Behavior::task_of(behavior), Behavior::producer_of(behavior));
    // Two strong counts: the promise that we return, and the activity of its queue, which the behavior leads.
    let header = Header::new(&Block::<Q, F, R>::TABLE.promise, Queue::led_by(producer.as_ptr()), 2, 1);
    let promised = Promised::new(header);
    // SAFETY: the block is ours and of this layout.
    unsafe { behavior.write(Behavior { promised, task, core: NonNull::from(core), place }) };
    // SAFETY: the block has room for `slots` slots here.
    let free = unsafe { slice::from_raw_parts_mut(Behavior::slots_of(behavior).cast().as_ptr(), slots) };
    let mut claims = Claims::new(free, task_at);
    let plan = request.plan(&mut claims);
    // Nothing in the block needs a drop yet, so a refusal just frees it.
    let refuse = |refused: Refused| {
        // SAFETY: allocated for that many slots; nobody knows it.
        unsafe { block.deallocate(slots) };
        Err(refused)
    };
    let home = match claims.finish() {
        Ok(home) => home,
        Err(misfit) => return refuse(Refused::Misfit(misfit)),
    };
    let first = Behavior::slots_of(behavior);
    let order = if slots > 1 {
        // SAFETY: planned just now, all of them; nobody else knows them.
        match unsafe { Order::sort(first, slots) } {
            Ok(order) => Some(order),
            Err(clash) => return refuse(Refused::Clash(clash)),
        }
    } else {
        None
    };
    let home = block::home_of::<Q>(home);
    let payload = Payload::<Q, F, R> { plan, home, stage: UnsafeCell::new(Stage::Body(body)) };
    // SAFETY: the place of the payload in our block.
    unsafe { block.payload(slots).write(payload) };

    core.count_scheduled();
    let _scope = later::Scope::new();
    let bomb = Bomb("entering the queues of a behavior's cowns");
    match order {
        Some((order, repeated)) => {
            // SAFETY: not entered anywhere, so it is ours alone.
            unsafe { task_at.as_ptr().as_mut().expect("within a block") }.expect_fewer(repeated);
            // SAFETY: sorted; the request borrows the handles, so the cowns are alive.
            unsafe { enter_all(order.as_slice(), task_at) };
        }
        // SAFETY: as above.
        None if slots == 1 => unsafe { enter_one(first) },
        // SAFETY: it requests nothing, so it is ready.
        None => unsafe { task::dispatch(task_at, Hint::Spawned) },
    }
    bomb.defuse();
    // SAFETY: one of the two strong counts is the promise's.
    Ok(unsafe { Promise::from_raw(behavior.cast(), PhantomData) })
}

/// # Safety
/// The slots of one behavior, sorted and without repetition; their cowns are alive.
unsafe fn enter_all(slots: &[NonNull<Slot>], task: NonNull<Task>) {
    for &slot in slots {
        // SAFETY: in the global order; published below.
        unsafe { queue::enter(slot) };
    }
    for &slot in slots {
        // SAFETY: all are entered; the scheduler's count is taken off last.
        unsafe { queue::publish(slot, &mut Entering) };
    }
    // SAFETY: the scheduler's own count.
    unsafe { task::count_down(task, Hint::Spawned) };
}

/// # Safety
/// `slot` is the only slot of its behavior; its cown is alive.
unsafe fn enter_one(slot: NonNull<Slot>) {
    // SAFETY: its cown is alive (caller).
    unsafe { queue::enter_single(slot, &mut Entering) };
}
