//! Owns: what can be requested, and what a body gets for it. Touches: `cown`, `promise`, `pinned` through [`Place`].
//!
//! A [`Request`] is a set of *places* with a *mode* each: `(&a, read(&b), pinned(&canvas))`. A [`Place`] is something
//! that names cowns: a handle, a guard, a group, a tuple of these. A request makes a *plan* while it writes its slots
//! (see `behavior/README.md`); the plan and the slots make the guards when the behavior runs.

mod affinity;
mod attempt;
mod capture;
mod claims;
mod group;
pub(crate) mod hints;
mod place;
mod refused;
mod shape;
mod take;
mod taking;
mod tuple;
mod under;

use std::marker::PhantomData;

use crate::failure::Failure;

pub use affinity::{Affinity, Anywhere, Pinned};
pub use attempt::{Attempt, Attempted, ReadAttempt, attempt, read_attempt};
pub use capture::Capture;
pub use group::{Group, ReadGroup};
pub use place::{Exclusive, Mode, Place, Shared};
pub use shape::{Guards, PlaceGuard};
pub use take::{
    OfClone, OfCloneReference, OfHandle, OfOther, OfOtherReference, OfReference, OfSlice, Variable,
};

pub(crate) use affinity::HomeOf;
pub(crate) use claims::{Claims, Granted, Misfit};
pub(crate) use place::PlaceSealed;
pub(crate) use taking::{Takeable, Taking, TakingAll};
pub(crate) use under::{FlagRef, Under};

/// A set of cowns to be acquired together, each in its mode.
///
/// Requests are: a reference to a [`Place`] (exclusive), [`read`] and [`pinned`] of one,
/// [`attempt()`] of a promise, `Option` of a request, and tuples of up to 12 requests. Tuples nest
/// and groups have any length, so there is no limit on how many cowns a set has. `()` requests
/// nothing.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, when};
///
/// let (a, b, c) = (Cown::new(1), Cown::new(2), Cown::new(3));
/// let sum = when((&a, (read(&b), read(&c))), |(mut a, (b, c))| {
///     *a += *b + *c;
///     *a
/// });
/// assert_eq!(sum.join().unwrap(), 6);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something that a behavior can request",
    label = "not a request",
    note = "a behavior requests cowns, promises and groups of these, borrowed: `&cown`, `read(&cown)`, `pinned(&canvas)`",
    note = "several are a tuple, of at most 12; tuples nest: `((&a, &b), (&c, &d))`"
)]
pub trait Request: Guards + sealed::Sealed {
    /// Where behaviors with this request set run; computed from the items.
    type Affinity: Affinity;

    #[doc(hidden)]
    type Plan: Copy + Send + 'static;

    /// The name that a tracing span shows; the attribute form sets it.
    #[doc(hidden)]
    const NAME: Option<&'static str> = None;

    /// How many slots every request of this type needs, if that is known.
    #[doc(hidden)]
    const SLOTS: Option<usize>;

    /// How many slots this needs.
    #[doc(hidden)]
    fn slots(&self) -> usize;

    /// Writes the slots.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan;

    /// The flag of the `Cancel` that may skip the behavior.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn flag(_: &Self::Plan) -> Option<FlagRef> {
        None
    }

    /// Makes the guards.
    ///
    /// # Safety
    /// `granted` stands at this request's slots, all granted, and the cowns are held for `'a`.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    #[expect(unsafe_code, reason = "makes guards out of slots")]
    unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure>;
}

/// A place requested with a mode other than exclusive: what [`read`] and [`pinned`] give.
#[derive(Debug)]
pub struct Requested<'h, P: ?Sized, M> {
    /// Covariant in `P`, which is what is named: a `P` through which a value can be written is
    /// invariant in it itself.
    place: &'h P,
    /// A mode is a marker without a lifetime: it has no subtypes.
    mode: PhantomData<M>,
}

/// Requests a place shared: other readers may hold it at the same time, nobody may write.
///
/// The value has to be [`Sync`]. See [`AcquiredRead`](crate::AcquiredRead) for an example. What can be requested like this
/// is up to [`Place`], which `when` demands.
pub fn read<P: ?Sized>(place: &P) -> Requested<'_, P, Shared> {
    Shared::of(place)
}

/// Requests a pinned cown: the behavior will run on the cown's thread, when that thread pumps.
///
/// See [`PinnedCown`](crate::PinnedCown) for an example. The idea is bocpy's.
pub fn pinned<P: ?Sized>(place: &P) -> Requested<'_, P, Pinned> {
    Pinned::of(place)
}

impl<P: Place<Exclusive> + ?Sized> sealed::Sealed for &P {}

#[expect(private_interfaces, reason = "sealed: called by this crate only")]
#[expect(unsafe_code, reason = "makes guards out of slots")]
impl<P: Place<Exclusive> + ?Sized> Request for &P {
    type Affinity = Anywhere;
    type Plan = P::Plan;

    const SLOTS: Option<usize> = P::SLOTS;

    #[inline]
    fn slots(&self) -> usize {
        P::slots(self)
    }

    #[inline]
    fn plan(&self, claims: &mut Claims<'_>) -> P::Plan {
        P::plan(self, claims)
    }

    #[inline]
    unsafe fn guard<'a>(plan: P::Plan, granted: &mut Granted<'a>) -> Result<P::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { P::guard(plan, granted) }
    }
}

impl<M: Mode, P: Place<M> + ?Sized> sealed::Sealed for Requested<'_, P, M> {}

#[expect(private_interfaces, reason = "sealed: called by this crate only")]
#[expect(unsafe_code, reason = "makes guards out of slots")]
impl<M: Mode, P: Place<M> + ?Sized> Request for Requested<'_, P, M> {
    type Affinity = M::Affinity;
    type Plan = P::Plan;

    const SLOTS: Option<usize> = P::SLOTS;

    #[inline]
    fn slots(&self) -> usize {
        self.place.slots()
    }

    #[inline]
    fn plan(&self, claims: &mut Claims<'_>) -> P::Plan {
        self.place.plan(claims)
    }

    #[inline]
    unsafe fn guard<'a>(plan: P::Plan, granted: &mut Granted<'a>) -> Result<P::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { P::guard(plan, granted) }
    }
}

impl<Q: Request> sealed::Sealed for Option<Q> {}

#[expect(private_interfaces, reason = "sealed: called by this crate only")]
#[expect(unsafe_code, reason = "makes guards out of slots")]
impl<Q: Request> Request for Option<Q> {
    type Affinity = Q::Affinity;
    type Plan = Option<Q::Plan>;

    const SLOTS: Option<usize> = None;

    fn slots(&self) -> usize {
        self.as_ref().map_or(0, Q::slots)
    }

    fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
        self.as_ref().map(|request| request.plan(claims))
    }

    unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        plan.map(|plan| unsafe { Q::guard(plan, granted) }).transpose()
    }
}

/// A request set with a name for tracing.
#[doc(hidden)]
#[derive(Debug)]
pub struct Named<N, Q> {
    request: Q,
    /// A name is a marker without a lifetime: it has no subtypes.
    name: PhantomData<N>,
}

/// A name as a type, so that it costs a behavior nothing.
#[doc(hidden)]
pub trait Name {
    const NAME: &'static str;
}

impl<N: Name, Q> Named<N, Q> {
    /// As a value the name is nothing: it only says which type it is.
    #[inline]
    pub fn new(request: Q, _: N) -> Self {
        Self { request, name: PhantomData }
    }
}

/// A value of a type that stands for a name, and is in nobody's sight.
#[doc(hidden)]
#[macro_export]
macro_rules! __name {
    ($name:literal) => {{
        struct Marker;
        impl $crate::__private::Name for Marker {
            const NAME: &'static ::core::primitive::str = $name;
        }
        Marker
    }};
}

impl<N: Name, Q: Request> sealed::Sealed for Named<N, Q> {}

#[expect(private_interfaces, reason = "sealed: called by this crate only")]
#[expect(unsafe_code, reason = "makes guards out of slots")]
impl<N: Name, Q: Request> Request for Named<N, Q> {
    type Affinity = Q::Affinity;
    type Plan = Q::Plan;

    const NAME: Option<&'static str> = Some(N::NAME);
    const SLOTS: Option<usize> = Q::SLOTS;

    #[inline]
    fn slots(&self) -> usize {
        self.request.slots()
    }

    #[inline]
    fn plan(&self, claims: &mut Claims<'_>) -> Q::Plan {
        self.request.plan(claims)
    }

    #[inline]
    unsafe fn guard<'a>(plan: Q::Plan, granted: &mut Granted<'a>) -> Result<Q::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { Q::guard(plan, granted) }
    }
}

pub(crate) mod sealed {
    pub trait Sealed {}
}
