//! Owns: scheduling on a simulated runtime: what is asked for is looked at and noted before the behavior is made.

#![expect(unsafe_code, reason = "reads the slots that a request writes; makes behaviors")]

use std::mem::MaybeUninit;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Made, Pending, Refused};
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
    let mut slots: Vec<MaybeUninit<Slot>> = Vec::with_capacity(count);
    // SAFETY: what need not be initialised is.
    unsafe { slots.set_len(count) };
    // Nobody grants these slots, so nobody looks for their task.
    let mut claims = Claims::new(&mut slots, NonNull::dangling());
    request.plan(&mut claims);
    // What is wrong with the set is said when the behavior is made.
    if let Ok(Some(home)) = claims.finish() {
        assert!(
            home.is_here(),
            "a simulated runtime runs everything on its own thread, and this behavior requests a pinned cown of another \
             one; make the pinned cown on the thread of the simulation (in `boc::explore`: with `rt.main()`)"
        );
    }
    let slot = |slot: &MaybeUninit<Slot>| {
        // SAFETY: planning has written all of them.
        let slot = unsafe { slot.assume_init_ref() };
        (Header::of(slot.cown()), slot.is_shared())
    };
    slots.iter().map(slot).collect()
}
