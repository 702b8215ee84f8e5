//! Owns: what a body gets for a request, as types alone.
//!
//! These are traits apart from `Request` and `Place`, which say what can be granted: a request that cannot be, a pinned
//! cown without `pinned`, say, still has a guard. So the compiler reports the request, once, and goes on to check the body
//! with the types that it will have.

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::affinity::Pinned;
use super::group::{Group, ReadGroup, Single};
use super::place::{Exclusive, Mode, Shared};
use super::{Named, Requested};

/// What a body gets for a request set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not something that a behavior can request",
    label = "not a request"
)]
pub trait Guards {
    /// The guards, in the shape of the set.
    type Guard<'a>;
}

/// What a body gets for a place that is requested in the mode `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be requested",
    label = "not a cown, a promise, or a group of these",
    note = "shared data lives in a cown: `let a = Cown::new(value);`, then `when!(a => ..)`",
    note = "a cown is a handle: clone it, it needs no `Arc`; a `WeakCown` is upgraded first: `a = weak.upgrade()`; a \
            `static` is dereferenced: `a = *STATE`",
    note = "a group is a `Vec`, a slice or an array: `cells = map.values().collect::<Vec<_>>()`",
    note = "any other value needs no request: a body captures what it mentions (`clone name` in the header captures a clone)",
    note = "a function that schedules on a guard again takes the guard: `a: &Acquired<'_, T>`"
)]
pub trait PlaceGuard<M: Mode> {
    /// The guard.
    type Guard<'a>;

    /// The request of a place: the type of a helper's result, so that nothing follows from a helper that is refused.
    #[doc(hidden)]
    type Asked<'p>
    where
        Self: 'p;

    #[doc(hidden)]
    fn asked(&self) -> Self::Asked<'_>;
}

/// The request of a place, which is the same for all that have the mode.
macro_rules! asked {
    ($mode:ty) => {
        type Asked<'p>
            = <$mode as Mode>::Of<'p, Self>
        where
            Self: 'p;

        fn asked(&self) -> Self::Asked<'_> {
            <$mode as Mode>::of(self)
        }
    };
}

pub(super) use asked;

#[diagnostic::do_not_recommend]
impl<P: PlaceGuard<Exclusive> + ?Sized> Guards for &P {
    type Guard<'a> = P::Guard<'a>;
}

/// By value these are no requests, but what was meant is known.
macro_rules! by_value {
    ($($handle:ident),*) => {$(
        impl<T: 'static> Guards for $handle<T> {
            type Guard<'a> = Acquired<'a, T>;
        }
    )*};
}

by_value!(Cown, Promise, PinnedCown);

#[diagnostic::do_not_recommend]
impl<M: Mode, P: PlaceGuard<M> + ?Sized> Guards for Requested<'_, P, M> {
    type Guard<'a> = P::Guard<'a>;
}

impl<Q: Guards> Guards for Option<Q> {
    type Guard<'a> = Option<Q::Guard<'a>>;
}

impl<N, Q: Guards> Guards for Named<N, Q> {
    type Guard<'a> = Q::Guard<'a>;
}

macro_rules! handles {
    ($($handle:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T: 'static> PlaceGuard<Exclusive> for $handle {
            type Guard<'a> = Acquired<'a, T>;
            asked!(Exclusive);
        }

        #[diagnostic::do_not_recommend]
        impl<T: 'static> PlaceGuard<Shared> for $handle {
            type Guard<'a> = AcquiredRead<'a, T>;
            asked!(Shared);
        }

        #[diagnostic::do_not_recommend]
        impl<T: 'static> PlaceGuard<Pinned> for $handle {
            type Guard<'a> = Acquired<'a, T>;
            asked!(Pinned);
        }
    )*};
}

handles!(Cown<T>, Promise<T>, PinnedCown<T>, Acquired<'_, T>, AcquiredRead<'_, T>, Handle<T>);

#[diagnostic::do_not_recommend]
impl<M: Mode, P: PlaceGuard<M> + ?Sized> PlaceGuard<M> for &P {
    type Guard<'a> = P::Guard<'a>;
    asked!(M);
}

#[diagnostic::do_not_recommend]
impl<X: Single> PlaceGuard<Exclusive> for [X] {
    type Guard<'a> = Group<'a, X::Value>;
    asked!(Exclusive);
}

#[diagnostic::do_not_recommend]
impl<X: Single> PlaceGuard<Shared> for [X] {
    type Guard<'a> = ReadGroup<'a, X::Value>;
    asked!(Shared);
}

#[diagnostic::do_not_recommend]
impl<X: Single> PlaceGuard<Pinned> for [X] {
    type Guard<'a> = Group<'a, X::Value>;
    asked!(Pinned);
}

macro_rules! as_slice {
    ($([$($generics:tt)*] $group:ty => $slice:ty;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($generics)*, M: Mode> PlaceGuard<M> for $group
        where
            $slice: PlaceGuard<M>,
        {
            type Guard<'a> = <$slice as PlaceGuard<M>>::Guard<'a>;
            asked!(M);
        }
    )*};
}

as_slice! {
    [X] Vec<X> => [X];
    [X] Box<[X]> => [X];
    [X, const N: usize] [X; N] => [X];
    ['g, T: 'static] Group<'g, T> => [Acquired<'g, T>];
    ['g, T: 'static] ReadGroup<'g, T> => [AcquiredRead<'g, T>];
}

#[diagnostic::do_not_recommend]
impl<M: Mode, P: PlaceGuard<M>> PlaceGuard<M> for Option<P> {
    type Guard<'a> = Option<P::Guard<'a>>;
    asked!(M);
}
