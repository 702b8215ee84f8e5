//! Owns: `try` requests: a promise whether it failed or not.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use std::marker::PhantomData;

use crate::cown::{Acquired, AcquiredRead};
use crate::failure::Failure;

use super::Request;
use super::affinity::Anywhere;
use super::claims::{Claims, Granted};
use super::group::Single;
use super::place::{self, Exclusive, Mode, Place, Shared};
use super::sealed::Sealed;
use super::shape::Guards;

/// A promise requested with `try`: the behavior runs even if the promise has failed, and gets a `Result`.
#[derive(Debug)]
pub struct Attempted<'h, P: ?Sized, M> {
    /// Covariant in `P`, as in [`Requested`](super::Requested). The guards are plain references:
    /// `&mut R` is invariant in `R`; `&R` is not, and need not be, for it is no place that could be
    /// requested.
    place: &'h P,
    /// A mode is a marker without a lifetime: it has no subtypes.
    mode: PhantomData<M>,
}

/// `try p` in a macro's header. The body gets `Result<&mut R, Failure>`.
#[derive(Clone, Copy, Debug)]
pub struct Attempt;

/// `read try p` in a macro's header. The body gets `Result<&R, Failure>`.
#[derive(Clone, Copy, Debug)]
pub struct ReadAttempt;

impl Attempt {
    /// The request.
    pub fn ask<P: Single + ?Sized>(place: &P) -> Attempted<'_, P, Exclusive> {
        Attempted { place, mode: PhantomData }
    }
}

impl ReadAttempt {
    /// The request.
    pub fn ask<P: Single + ?Sized>(place: &P) -> Attempted<'_, P, Shared> {
        Attempted { place, mode: PhantomData }
    }
}

impl<M: Mode, P: Place<M> + ?Sized> Sealed for Attempted<'_, P, M> {}

macro_rules! attempts {
    ($($mode:ty, $kind:ident, $get:path => [$($reference:tt)*];)*) => {$(
        impl<P: Single + ?Sized> Guards for Attempted<'_, P, $mode> {
            type Guard<'a> = Result<$($reference)* P::Value, Failure>;
        }

        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<P: Place<$mode> + Single + ?Sized> Request for Attempted<'_, P, $mode> {
            type Affinity = Anywhere;
            type Plan = P::Plan;

            const SLOTS: Option<usize> = P::SLOTS;

            fn slots(&self) -> usize {
                self.place.slots()
            }

            fn plan(&self, claims: &mut Claims<'_>) -> P::Plan {
                self.place.plan(claims)
            }

            unsafe fn guard<'a>(_: P::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                // SAFETY: the same duties; a single place claims one slot of a block that holds its `Value`.
                Ok(unsafe { $get(granted) }.map($kind::into_value))
            }
        }
    )*};
}

attempts! {
    Exclusive, Acquired, place::exclusive => [&'a mut];
    Shared, AcquiredRead, place::shared => [&'a];
}
