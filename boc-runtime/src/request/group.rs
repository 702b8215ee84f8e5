//! Owns: groups, any number of cowns requested as one place: `Vec`, slice, array, boxed slice.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use std::fmt;
use std::ops::{Deref, DerefMut, Index, IndexMut};

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::failure::Failure;
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::affinity::Pinned;
use super::claims::{Claims, Granted};
use super::place::{self, Exclusive, Mode, Place, PlaceSealed, Shared};

/// Exclusive access to the values of a group of cowns, for the time of one body.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, when};
///
/// let cells: Vec<Cown<u32>> = (0..4).map(Cown::new).collect();
/// let sum = when(&cells, |mut cells| {
///     cells[0] += 10;
///     cells.iter_mut().for_each(|cell| *cell *= 2);
///     when(cells.guard(1), |mut one| *one += 1); // one member again
///     cells.iter().sum::<u32>()
/// });
/// assert_eq!(sum.join().unwrap(), 32);
/// ```
pub struct Group<'a, T> {
    /// Invariant in `T`, as its members.
    members: Box<[Acquired<'a, T>]>,
}

/// Shared access to the values of a group of cowns, for the time of one body: see [`Group`].
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, when};
///
/// let cells = [Cown::new(1), Cown::new(2)];
/// let largest = when(read(&cells), |cells| cells.iter().copied().max());
/// assert_eq!(largest.join().unwrap(), Some(2));
/// ```
pub struct ReadGroup<'a, T> {
    /// Invariant in `T`, as its members: each can be requested again, exclusively.
    members: Box<[AcquiredRead<'a, T>]>,
}

macro_rules! group_guard {
    ($group:ident, $member:ident) => {
        impl<'a, T> $group<'a, T> {
            /// How many members the group has.
            pub fn len(&self) -> usize {
                self.members.len()
            }

            /// Whether the group has no members.
            pub fn is_empty(&self) -> bool {
                self.members.is_empty()
            }

            /// The values, in the order of the group.
            pub fn iter(&self) -> impl ExactSizeIterator<Item = &T> + DoubleEndedIterator {
                self.members.iter().map(Deref::deref)
            }

            /// The value of one member; `None` if there are fewer.
            pub fn get(&self, index: usize) -> Option<&T> {
                self.members.get(index).map(Deref::deref)
            }

            /// The guard of one member, for scheduling on that member again.
            ///
            /// # Panics
            ///
            /// If there are not that many members.
            #[track_caller]
            pub fn guard(&self, index: usize) -> &$member<'a, T> {
                &self.members[index]
            }
        }

        impl<T> Index<usize> for $group<'_, T> {
            type Output = T;

            #[track_caller]
            fn index(&self, index: usize) -> &T {
                &self.members[index]
            }
        }

        impl<T: fmt::Debug> fmt::Debug for $group<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_list().entries(self.iter()).finish()
            }
        }

        impl<T> PlaceSealed for $group<'_, T> {}
    };
}

group_guard!(Group, Acquired);
group_guard!(ReadGroup, AcquiredRead);

impl<T> Group<'_, T> {
    /// The values, to be changed, in the order of the group.
    pub fn iter_mut(&mut self) -> impl ExactSizeIterator<Item = &mut T> + DoubleEndedIterator {
        self.members.iter_mut().map(DerefMut::deref_mut)
    }

    /// The value of one member, to be changed; `None` if there are fewer.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        self.members.get_mut(index).map(DerefMut::deref_mut)
    }
}

impl<T> IndexMut<usize> for Group<'_, T> {
    #[track_caller]
    fn index_mut(&mut self, index: usize) -> &mut T {
        &mut self.members[index]
    }
}

/// A place that names exactly one cown; groups are made of these.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a single cown or promise",
    label = "not a cown or promise",
    note = "a group is a `Vec`, a slice or an array of cowns, promises, guards, or references to these"
)]
pub trait Single: PlaceSealed {
    /// The cown's value.
    type Value: 'static;
}

macro_rules! singles {
    ($($place:ty),*) => {$(
        impl<T: 'static> Single for $place {
            type Value = T;
        }
    )*};
}

singles!(Cown<T>, Promise<T>, PinnedCown<T>, Acquired<'_, T>, AcquiredRead<'_, T>, Handle<T>);

impl<P: Single + ?Sized> Single for &P {
    type Value = P::Value;
}

/// A slice of single places in each mode: the plan is how many there are.
macro_rules! group_place {
    ($($mode:ty => $group:ident, $member:path;)*) => {$(
        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<X: Single + Place<$mode>> Place<$mode> for [X] {
            type Plan = usize;

            const SLOTS: Option<usize> = None;

            fn slots(&self) -> usize {
                self.len()
            }

            fn plan(&self, claims: &mut Claims<'_>) -> usize {
                for place in self {
                    place.plan(claims);
                }
                self.len()
            }

            unsafe fn guard<'a>(len: usize, granted: &mut Granted<'a>) -> Result<$group<'a, X::Value>, Failure> {
                // SAFETY: the same duties, for each of the `len` slots; a single place claims one slot, in this mode, of
                // a block that holds its `Value`.
                let members = (0..len).map(|_| unsafe { $member(granted) });
                Ok($group { members: members.collect::<Result<_, _>>()? })
            }
        }
    )*};
}

group_place! {
    Exclusive => Group, place::exclusive;
    Shared => ReadGroup, place::shared;
    Pinned => Group, place::exclusive;
}

impl<X: PlaceSealed> PlaceSealed for [X] {}
impl<X: PlaceSealed> PlaceSealed for Vec<X> {}
impl<X: PlaceSealed> PlaceSealed for Box<[X]> {}
impl<X: PlaceSealed, const N: usize> PlaceSealed for [X; N] {}

/// What is requested as the slice that it holds.
macro_rules! as_slice {
    ($([$($generics:tt)*] $group:ty;)*) => {$(
        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<M: Mode, X: PlaceSealed, $($generics)*> Place<M> for $group
        where
            [X]: Place<M>,
        {
            type Plan = <[X] as Place<M>>::Plan;

            const SLOTS: Option<usize> = None;

            fn slots(&self) -> usize {
                self[..].slots()
            }

            fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
                self[..].plan(claims)
            }

            unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                // SAFETY: the same duties.
                unsafe { <[X]>::guard(plan, granted) }
            }
        }
    )*};
}

as_slice! {
    [] Vec<X>;
    [] Box<[X]>;
    [const N: usize] [X; N];
}

/// The guard of a group, requested again as a group.
macro_rules! group_again {
    ($($group:ident, $member:ident, $mode:ty;)*) => {$(
        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<'g, T: 'static> Place<$mode> for $group<'g, T>
        where
            [$member<'g, T>]: Place<$mode>,
        {
            type Plan = <[$member<'g, T>] as Place<$mode>>::Plan;

            const SLOTS: Option<usize> = None;

            fn slots(&self) -> usize {
                self.members.slots()
            }

            fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan {
                self.members.plan(claims)
            }

            unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure> {
                // SAFETY: the same duties.
                unsafe { <[$member<'g, T>]>::guard(plan, granted) }
            }
        }
    )*};
}

group_again! {
    Group, Acquired, Exclusive;
    Group, Acquired, Shared;
    Group, Acquired, Pinned;
    ReadGroup, AcquiredRead, Exclusive;
    ReadGroup, AcquiredRead, Shared;
}
