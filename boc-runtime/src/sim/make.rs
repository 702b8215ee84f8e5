//! Owns: scheduling on a simulated runtime: what is asked for is looked at before the behavior is made, and noted.

#![expect(unsafe_code, reason = "reads the slots that a request writes")]

use std::mem::MaybeUninit;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{Made, Pending, SlotOfMany};
use crate::memory::{self, Header, HeaderRef};
use crate::pinned::Home;
use crate::queue::Slot;
use crate::request::{Claims, Request};
use crate::sched::{Core, OpenBatch};

use super::run::Sim;

/// A cown, and whether it is requested shared.
pub(super) type Asked = (NonNull<Header>, bool);

/// What a behavior that is about to be made asks for.
///
/// # Panics
/// On another thread than the simulation's, and for pinned cowns of another thread.
#[track_caller]
pub(crate) fn look<Q: Request>(core: &Core, request: &Q, batch: Option<&OpenBatch>) -> Vec<Asked> {
    of(core).refuse_elsewhere();
    ask(request, batch)
}

/// Notes that it has been made.
pub(crate) fn note(
    core: &Core,
    made: &Made,
    name: Option<&'static str>,
    place: &'static Location<'static>,
    asked: &[Asked],
) {
    of(core).note(made.job(), name, place, asked);
}

/// Puts it into the queues of its cowns, now or a little later.
///
/// # Safety
/// The cowns are alive during the call.
pub(crate) unsafe fn enter(core: &Core, made: Made) {
    let mut pending = Pending::default();
    // SAFETY: the caller's duty.
    unsafe { pending.add(made) };
    of(core).enter(pending);
}

fn of(core: &Core) -> &Sim {
    core.simulation().expect("called for a simulated core")
}

/// What a request set asks for.
pub(super) struct Set {
    pub(super) cowns: Vec<Asked>,
    home: Option<Arc<Home>>,
}

#[track_caller]
fn ask<Q: Request>(request: &Q, batch: Option<&OpenBatch>) -> Vec<Asked> {
    let Set { cowns, home } = asked(request, batch);
    if let Some(home) = home {
        assert!(
            home.is_here(),
            "a simulated runtime runs everything on its own thread, and this behavior requests a pinned cown of another \
             one; make the pinned cown on the thread of the simulation (in `boc::explore`: with `rt.main()`)"
        );
    }
    for &(cown, _) in &cowns {
        // SAFETY: the request borrows a handle.
        memory::note(unsafe { HeaderRef::new(cown) });
    }
    cowns
}

/// Looks at a request set. What is wrong with it is said when the behavior is made.
pub(super) fn asked<Q: Request>(request: &Q, batch: Option<&OpenBatch>) -> Set {
    let count = request.slots();
    // These slots enter no queue, so no grant looks for their behavior.
    let mut slots: Vec<MaybeUninit<SlotOfMany>> = (0..count).map(|_| MaybeUninit::uninit()).collect();
    let first = NonNull::new(slots.as_mut_ptr()).expect("a vector has an address").cast();
    // SAFETY: there is room for so many; a `Slot` starts a `SlotOfMany`.
    let mut claims = unsafe { Claims::new(first, count, NonNull::dangling(), batch) };
    request.plan(&mut claims);
    let home = claims.finish().ok().flatten();
    let slot = |slot: MaybeUninit<SlotOfMany>| {
        // SAFETY: planning has written all of them, the only one at least as far as its `slot`.
        let slot = unsafe { &*slot.as_ptr().cast::<Slot>() };
        (Header::of(slot.cown()), slot.is_shared())
    };
    Set { cowns: slots.into_iter().map(slot).collect(), home }
}
