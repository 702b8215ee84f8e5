//! Owns: `try` requests: promises whether they failed or not, one or a group of them.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use std::marker::PhantomData;

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::failure::Failure;
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::Request;
use super::affinity::Anywhere;
use super::claims::{Claims, Granted};
use super::group::{Group, ReadGroup, Single};
use super::place::{self, Exclusive, Mode, Place, PlaceSealed, Shared};
use super::sealed::Sealed;
use super::shape::Guards;

/// A promise, or a group of promises, requested whether they failed or not: what [`attempt`] and
/// [`read_attempt`] give.
#[derive(Debug)]
pub struct Attempted<'h, P: ?Sized, M> {
    /// Covariant in `P`, as in [`Requested`](super::Requested). The guards are plain references:
    /// `&mut R` is invariant in `R`; `&R` is not, and need not be, for it is no place that could be
    /// requested. The same in a `Vec`.
    place: &'h P,
    /// A mode is a marker without a lifetime: it has no subtypes.
    mode: PhantomData<M>,
}

/// `try p` in a macro's header. The body gets a `Result<&mut R, Failure>`, or a `Vec` of these.
#[derive(Clone, Copy, Debug)]
pub struct Attempt;

/// `read try p` in a macro's header. The body gets a `Result<&R, Failure>`, or a `Vec` of these.
#[derive(Clone, Copy, Debug)]
pub struct ReadAttempt;

/// Requests a promise, or a group of promises, whether they failed or not: the body runs in any
/// case, and gets a `Result`.
///
/// That is a `Result<&mut R, Failure>`, and for a group (a `Vec`, a slice or an array) a `Vec` of
/// these, in the order of the group. In the macros this is `try promise`.
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
///
/// Of a group, each member for itself:
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Promise, attempt, when};
///
/// let words = ["1", "two", "3"];
/// let numbers: Vec<Promise<u32>> = words.map(|word| when((), move |()| word.parse().unwrap())).into();
/// let sum = when(attempt(&numbers), |mut numbers| {
///     if let Ok(first) = &mut numbers[0] {
///         **first += 10;
///     }
///     let failed = numbers.iter().filter(|number| number.is_err()).count();
///     (numbers.into_iter().flatten().map(|number| *number).sum::<u32>(), failed)
/// });
/// assert_eq!(sum.join().unwrap(), (14, 1));
/// ```
pub fn attempt<P: ?Sized>(place: &P) -> Attempted<'_, P, Exclusive> {
    Attempted { place, mode: PhantomData }
}

/// As [`attempt`], shared: the body gets a `Result<&R, Failure>`, or a `Vec` of these, and other
/// readers may hold the promises at the same time.
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
    pub fn ask<P: Tried + ?Sized>(place: &P) -> Attempted<'_, P, Exclusive> {
        attempt(place)
    }
}

impl ReadAttempt {
    /// The request.
    pub fn ask<P: Tried + ?Sized>(place: &P) -> Attempted<'_, P, Shared> {
        read_attempt(place)
    }
}

/// What can be requested with `try`: a promise, or a group of promises.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be requested with `try`",
    label = "not a promise, or a group of promises",
    note = "`try` requests a promise that may have failed, or a `Vec`, a slice or an array of such promises"
)]
pub trait Tried: PlaceSealed {
    /// The result of a promise.
    type Value: 'static;

    /// How many there are: the plan of the place. One: `()`.
    type Count: Copy + Send + 'static;

    /// What the body gets, if it gets a `G` for one promise.
    type Of<G>;

    /// Makes that. Calls `next` `count` times, and once for `()`: unsafe code relies on it.
    fn of<G>(count: Self::Count, next: impl FnMut() -> G) -> Self::Of<G>;
}

/// One promise: one result.
macro_rules! one {
    ($($place:ty),*) => {$(
        impl<T: 'static> Tried for $place {
            type Value = T;
            type Count = ();
            type Of<G> = G;

            fn of<G>((): (), mut next: impl FnMut() -> G) -> G {
                next()
            }
        }
    )*};
}

one!(Cown<T>, Promise<T>, PinnedCown<T>, Acquired<'_, T>, AcquiredRead<'_, T>, Handle<T>);

impl<P: Tried + ?Sized> Tried for &P {
    type Value = P::Value;
    type Count = P::Count;
    type Of<G> = P::Of<G>;

    fn of<G>(count: P::Count, next: impl FnMut() -> G) -> P::Of<G> {
        P::of(count, next)
    }
}

/// A group: a result for each member.
macro_rules! many {
    ($([$($generics:tt)*] $group:ty => $value:ty;)*) => {$(
        impl<$($generics)*> Tried for $group {
            type Value = $value;
            type Count = usize;
            type Of<G> = Vec<G>;

            fn of<G>(count: usize, next: impl FnMut() -> G) -> Vec<G> {
                std::iter::repeat_with(next).take(count).collect()
            }
        }
    )*};
}

many! {
    [X: Single] [X] => X::Value;
    [X: Single] Vec<X> => X::Value;
    [X: Single] Box<[X]> => X::Value;
    [X: Single, const N: usize] [X; N] => X::Value;
    [T: 'static] Group<'_, T> => T;
    [T: 'static] ReadGroup<'_, T> => T;
}

impl<M: Mode, P: Place<M> + ?Sized> Sealed for Attempted<'_, P, M> {}

macro_rules! attempts {
    ($($mode:ty, $kind:ident, $get:path => [$($reference:tt)*];)*) => {$(
        impl<P: Tried + ?Sized> Guards for Attempted<'_, P, $mode> {
            type Guard<'a> = P::Of<Result<$($reference)* P::Value, Failure>>;
        }

        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<P> Request for Attempted<'_, P, $mode>
        where
            P: Tried + Place<$mode, Plan = <P as Tried>::Count> + ?Sized,
        {
            type Affinity = Anywhere;
            type Plan = P::Count;

            const SLOTS: Option<usize> = P::SLOTS;

            fn slots(&self) -> usize {
                self.place.slots()
            }

            fn plan(&self, claims: &mut Claims<'_>) -> P::Count {
                self.place.plan(claims)
            }

            unsafe fn guard<'a>(count: P::Count, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                Ok(P::of(count, || {
                    // SAFETY: the same duties: `of` asks for as many as the plan says that there
                    // are slots. A single place claims one slot, in this mode, of a block that
                    // holds its `Value`, and so does each member of a group.
                    unsafe { $get(granted) }.map($kind::into_value)
                }))
            }
        }
    )*};
}

attempts! {
    Exclusive, Acquired, place::exclusive => [&'a mut];
    Shared, AcquiredRead, place::shared => [&'a];
}
