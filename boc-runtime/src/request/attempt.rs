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

/// A promise that is requested whether it failed or not: what [`attempt`] and [`read_attempt`]
/// give.
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

/// Requests a promise whether it failed or not: the body runs in any case, and gets a `Result`.
///
/// That is a `Result<&mut R, Failure>`. In the macros this is `try promise`.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, attempt, when};
///
/// let word = Cown::new("seven");
/// let number = when(&word, |word| word.parse::<u32>().expect("a number"));
/// let report = when(attempt(&number), |number| match number {
///     Ok(number) => format!("{number}"),
///     Err(failure) => format!("no number: {:?}", failure.kind()),
/// });
/// assert_eq!(report.join().unwrap(), "no number: Panicked");
/// ```
pub fn attempt<P: ?Sized>(place: &P) -> Attempted<'_, P, Exclusive> {
    Attempted { place, mode: PhantomData }
}

/// As [`attempt`], shared: the body gets a `Result<&R, Failure>`, and other readers may hold the
/// promise at the same time.
///
/// In the macros this is `read try promise`.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{read_attempt, when};
///
/// let number = when((), |()| 7);
/// let doubled = when(read_attempt(&number), |number| number.map_or(0, |number| 2 * number));
/// assert_eq!(doubled.join().unwrap(), 14);
/// ```
pub fn read_attempt<P: ?Sized>(place: &P) -> Attempted<'_, P, Shared> {
    Attempted { place, mode: PhantomData }
}

impl Attempt {
    /// The request.
    pub fn ask<P: Single + ?Sized>(place: &P) -> Attempted<'_, P, Exclusive> {
        attempt(place)
    }
}

impl ReadAttempt {
    /// The request.
    pub fn ask<P: Single + ?Sized>(place: &P) -> Attempted<'_, P, Shared> {
        read_attempt(place)
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
