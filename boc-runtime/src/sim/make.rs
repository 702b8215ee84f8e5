//! Owns: scheduling on a simulated runtime: what is asked for is looked at and noted before the behavior is made.

#![expect(unsafe_code, reason = "reads the slots that a request writes; makes behaviors")]

use std::mem::MaybeUninit;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Made, Pending, Refused, SlotOfMany};
use crate::memory::Header;
use crate::promise::Promise;
use crate::queue::Slot;
use crate::request::{Claims, Request};
use crate::runtime::ScopeState;
use crate::sched::Core;

/// A cown, and whether it is requested shared.
pub(super) type Asked = (NonNull<Header>, bool);

/// Makes a behavior and puts it into the queues of its cowns, now or a little later.
///
/// # Safety
/// As `behavior::schedule`.
///
/// # Panics
/// On another thread than the simulation's, and for pinned cowns of another thread.
#[track_caller]
pub(crate) unsafe fn schedule<Q, F, R>(
    core: &Arc<Core>,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
) -> Result<Promise<R>, Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    // SAFETY: the caller's duties.
    let (made, promise) = unsafe { make(core, request, body, place, scope) }?;
    let mut pending = Pending::default();
    // SAFETY: the request borrows the handles.
    unsafe { pending.add(made) };
    core.simulation().expect("called for a simulated core").enter(pending);
    Ok(promise)
}

/// Makes a behavior, and notes it.
///
/// # Safety
/// As `behavior::make`.
///
/// # Panics
/// As [`schedule`].
#[track_caller]
pub(crate) unsafe fn make<Q, F, R>(
    core: &Arc<Core>,
    request: &Q,
    body: F,
    place: &'static Location<'static>,
    scope: Option<Arc<ScopeState>>,
) -> Result<(Made, Promise<R>), Refused>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let simulation = core.simulation().expect("called for a simulated core");
    simulation.refuse_elsewhere();
    let asked = ask(request);
    // SAFETY: the caller's duties.
    let (made, promise) = unsafe { behavior::make(core, request, body, place, scope) }?;
    simulation.note(made.job(), Q::NAME, place, &asked);
    Ok((made, promise))
}

/// What a request set asks for.
#[track_caller]
fn ask<Q: Request>(request: &Q) -> Vec<Asked> {
    let count = request.slots();
    // Nobody grants these slots, so nobody looks for their behavior.
    let mut slots: Vec<MaybeUninit<SlotOfMany>> = (0..count).map(|_| MaybeUninit::uninit()).collect();
    let first = NonNull::new(slots.as_mut_ptr()).expect("a vector has an address").cast();
    // SAFETY: there is room for so many; a `Slot` starts a `SlotOfMany`.
    let mut claims = unsafe { Claims::new(first, count, NonNull::dangling()) };
    request.plan(&mut claims);
    // What is wrong with the set is said when the behavior is made.
    if let Ok(Some(home)) = claims.finish() {
        assert!(
            home.is_here(),
            "a simulated runtime runs everything on its own thread, and this behavior requests a pinned cown of another \
             one; make the pinned cown on the thread of the simulation (in `boc::explore`: with `rt.main()`)"
        );
    }
    let slot = |slot: MaybeUninit<SlotOfMany>| {
        // SAFETY: planning has written all of them, the only one at least as far as its `slot`.
        let slot = unsafe { &*slot.as_ptr().cast::<Slot>() };
        (Header::of(slot.cown()), slot.is_shared())
    };
    slots.into_iter().map(slot).collect()
}
