//! Owns: request sets of behaviors that a `Cancel` can skip: `cancel/README.md`.

#![expect(unsafe_code, reason = "a plan refers to a flag that the body owns")]

use std::fmt;
use std::panic::Location;
use std::ptr::NonNull;

use crate::cancel::{Flag, Id};
use crate::failure::{Cancelled, Failure};

use super::Request;
use super::claims::{Claims, Granted};
use super::sealed::Sealed;
use super::shape::Guards;

/// A request set whose behavior is skipped if the flag is raised before it begins.
pub(crate) struct Under<Q> {
    request: Q,
    flag: FlagRef,
    place: &'static Location<'static>,
}

/// A flag that a body owns: it lives until the body has been called, or dropped.
#[derive(Clone, Copy)]
pub(crate) struct FlagRef {
    flag: NonNull<Flag>,
    /// Beside it, so that it can be compared when the flag is gone.
    id: Id,
}

// SAFETY: a reference to a flag, which is `Sync`.
unsafe impl Send for FlagRef {}

impl FlagRef {
    fn new(flag: &Flag) -> FlagRef {
        FlagRef { flag: NonNull::from(flag), id: flag.id() }
    }

    /// Which flag it is.
    pub(crate) fn id(self) -> Id {
        self.id
    }

    /// # Safety
    /// The body that owns the flag is in its block, and stays there meanwhile.
    pub(crate) unsafe fn get<'a>(self) -> &'a Flag {
        // SAFETY: the body has a count of it (`Under::new`).
        unsafe { self.flag.as_ref() }
    }
}

impl fmt::Debug for FlagRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FlagRef").field(&self.id).finish()
    }
}

impl<Q> Under<Q> {
    /// # Safety
    /// The behavior's body owns a count of the flag, from now on until it has been called or dropped.
    #[track_caller]
    pub(crate) unsafe fn new(request: Q, flag: &Flag) -> Under<Q> {
        Under { request, flag: FlagRef::new(flag), place: Location::caller() }
    }
}

impl<Q> Sealed for Under<Q> {}

impl<Q: Guards> Guards for Under<Q> {
    type Guard<'a> = Q::Guard<'a>;
}

impl<Q: Request> Request for Under<Q> {
    type Affinity = Q::Affinity;
    type Plan = (Q::Plan, FlagRef, &'static Location<'static>);

    const NAME: Option<&'static str> = Q::NAME;
    const SLOTS: Option<usize> = Q::SLOTS;

    fn slots(&self) -> usize {
        self.request.slots()
    }

    fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
        (self.request.plan(claims), self.flag, self.place)
    }

    fn flag(plan: &Self::Plan) -> Option<FlagRef> {
        Some(plan.1)
    }

    unsafe fn guard<'a>(
        (plan, flag, place): Self::Plan,
        granted: &mut Granted<'a>,
    ) -> Result<Q::Guard<'a>, Failure> {
        // SAFETY: guards are made for a body that is there, and is called or dropped afterwards.
        if unsafe { flag.get() }.is_raised() {
            return Err(Failure::cancelled(place, Cancelled::Asked));
        }
        // SAFETY: the same duties.
        unsafe { Q::guard(plan, granted) }
    }
}
