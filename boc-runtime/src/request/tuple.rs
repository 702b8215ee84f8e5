//! Owns: tuples and `Option`, as requests and as places. One arity table; longer sets nest.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use crate::failure::Failure;

use super::affinity::{Affinity, Anywhere};
use super::claims::{Claims, Granted};
use super::place::{Mode, Place, PlaceSealed};
use super::shape::{Guards, PlaceGuard, asked};
use super::{Request, sealed::Sealed};

/// How many slots a tuple needs, if that is known of all its items.
const fn sum(items: &[Option<usize>]) -> Option<usize> {
    let (mut total, mut index) = (0, 0);
    while index < items.len() {
        match items[index] {
            Some(slots) => total += slots,
            None => return None,
        }
        index += 1;
    }
    Some(total)
}

/// The type-level fold of affinities.
macro_rules! fold {
    () => { Anywhere };
    ($first:ident $($rest:ident)*) => { <$first::Affinity as Affinity>::And<fold!($($rest)*)> };
}

macro_rules! tuples {
    ($(($($item:ident)*))*) => {$(
        impl<$($item: Request),*> Sealed for ($($item,)*) {}

        impl<$($item: Guards),*> Guards for ($($item,)*) {
            type Guard<'a> = ($($item::Guard<'a>,)*);
        }

        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        #[allow(unused_variables, clippy::unused_unit, reason = "the empty tuple")]
        impl<$($item: Request),*> Request for ($($item,)*) {
            type Affinity = fold!($($item)*);
            type Plan = ($($item::Plan,)*);

            const SLOTS: Option<usize> = sum(&[$($item::SLOTS),*]);

            #[inline]
            #[allow(non_snake_case, reason = "a type's letter names its value")]
            fn slots(&self) -> usize {
                let ($($item,)*) = self;
                0 $(+ $item.slots())*
            }

            #[inline]
            #[allow(non_snake_case, reason = "a type's letter names its value")]
            fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
                let ($($item,)*) = self;
                ($($item.plan(claims),)*)
            }

            #[inline]
            #[allow(non_snake_case, reason = "a type's letter names its value")]
            unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                let ($($item,)*) = plan;
                // SAFETY: the same duties, for each item in turn.
                $(let $item = unsafe { <$item as Request>::guard($item, granted) }?;)*
                Ok(($($item,)*))
            }
        }
    )*};
}

tuples! {
    ()
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
    (A B C D E F G H I)
    (A B C D E F G H I J)
    (A B C D E F G H I J K)
    (A B C D E F G H I J K L)
}

/// Tuples of places, all in one mode.
macro_rules! tuple_places {
    ($(($($item:ident)*))*) => {$(
        impl<$($item: PlaceSealed),*> PlaceSealed for ($($item,)*) {}

        #[diagnostic::do_not_recommend]
        impl<Md: Mode, $($item: PlaceGuard<Md>),*> PlaceGuard<Md> for ($($item,)*) {
            type Guard<'a> = ($($item::Guard<'a>,)*);
            asked!(Md);
        }

        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        #[diagnostic::do_not_recommend]
        impl<Md: Mode, $($item: Place<Md>),*> Place<Md> for ($($item,)*) {
            type Plan = ($($item::Plan,)*);

            const SLOTS: Option<usize> = sum(&[$($item::SLOTS),*]);

            #[allow(non_snake_case, reason = "a type's letter names its value")]
            fn slots(&self) -> usize {
                let ($($item,)*) = self;
                0 $(+ $item.slots())*
            }

            #[allow(non_snake_case, reason = "a type's letter names its value")]
            fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
                let ($($item,)*) = self;
                ($($item.plan(claims),)*)
            }

            #[allow(non_snake_case, reason = "a type's letter names its value")]
            unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                let ($($item,)*) = plan;
                // SAFETY: the same duties, for each item in turn.
                $(let $item = unsafe { <$item as Place<Md>>::guard($item, granted) }?;)*
                Ok(($($item,)*))
            }
        }
    )*};
}

tuple_places! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}

impl<P: PlaceSealed> PlaceSealed for Option<P> {}

#[expect(private_interfaces, reason = "sealed: called by this crate only")]
#[diagnostic::do_not_recommend]
impl<M: Mode, P: Place<M>> Place<M> for Option<P> {
    type Plan = Option<P::Plan>;

    const SLOTS: Option<usize> = None;

    fn slots(&self) -> usize {
        self.as_ref().map_or(0, P::slots)
    }

    fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
        self.as_ref().map(|place| place.plan(claims))
    }

    unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        plan.map(|plan| unsafe { P::guard(plan, granted) }).transpose()
    }
}
