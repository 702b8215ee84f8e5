//! Owns: what a body captures for a cown named in the header of a nested `when!`.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::group::{Group, ReadGroup};

/// Makes the handle that an outer body takes along for a nested `when!`.
///
/// A handle is cloned; a guard, which cannot leave its body, becomes a [`Handle`]; a group becomes
/// a group of these. The macros call this; there is no need to do so by hand.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is named in the header of a nested `when!`, and can be neither requested nor cloned",
    label = "not a cown, a promise, or a group of these",
    note = "a nested `when!` captures what its header names as cloned handles, or a container of handles \
            as a clone",
    note = "what cannot be cloned is moved into the behavior around it: \
            `when!(.., let name = name => ..)`; a `static` is dereferenced: `state = *STATE`"
)]
pub trait Capture {
    /// The handle.
    type Captured;

    /// Clones the handle, or makes one from the guard.
    fn capture(&self) -> Self::Captured;
}

macro_rules! cloned {
    ($($handle:ty),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> Capture for $handle {
            type Captured = $handle;

            fn capture(&self) -> $handle {
                self.clone()
            }
        }
    )*};
}

cloned!(Cown<T>, Promise<T>, PinnedCown<T>, Handle<T>);

/// What is shared already is shared once more.
#[diagnostic::do_not_recommend]
impl<T: ?Sized> Capture for Arc<T> {
    type Captured = Arc<T>;

    fn capture(&self) -> Arc<T> {
        Arc::clone(self)
    }
}

macro_rules! guards {
    ($($guard:ident),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> Capture for $guard<'_, T> {
            type Captured = Handle<T>;

            fn capture(&self) -> Handle<T> {
                Handle::new(self.header())
            }
        }
    )*};
}

guards!(Acquired, AcquiredRead);

macro_rules! group_guards {
    ($($guard:ident),*) => {$(
        #[diagnostic::do_not_recommend]
        impl<T> Capture for $guard<'_, T> {
            type Captured = Vec<Handle<T>>;

            fn capture(&self) -> Vec<Handle<T>> {
                (0..self.len()).map(|index| self.guard(index).capture()).collect()
            }
        }
    )*};
}

group_guards!(Group, ReadGroup);

#[diagnostic::do_not_recommend]
impl<P: Capture + ?Sized> Capture for &P {
    type Captured = P::Captured;

    fn capture(&self) -> P::Captured {
        P::capture(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture + ?Sized> Capture for &mut P {
    type Captured = P::Captured;

    fn capture(&self) -> P::Captured {
        P::capture(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture> Capture for Option<P> {
    type Captured = Option<P::Captured>;

    fn capture(&self) -> Self::Captured {
        self.as_ref().map(P::capture)
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture> Capture for [P] {
    type Captured = Vec<P::Captured>;

    fn capture(&self) -> Self::Captured {
        self.iter().map(P::capture).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture> Capture for Vec<P> {
    type Captured = Vec<P::Captured>;

    fn capture(&self) -> Self::Captured {
        self[..].capture()
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture> Capture for Box<[P]> {
    type Captured = Box<[P::Captured]>;

    fn capture(&self) -> Self::Captured {
        self.iter().map(P::capture).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture> Capture for VecDeque<P> {
    type Captured = VecDeque<P::Captured>;

    fn capture(&self) -> Self::Captured {
        self.iter().map(P::capture).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<K: Clone + Ord, P: Capture> Capture for BTreeMap<K, P> {
    type Captured = BTreeMap<K, P::Captured>;

    fn capture(&self) -> Self::Captured {
        self.iter().map(|(key, place)| (key.clone(), place.capture())).collect()
    }
}

#[diagnostic::do_not_recommend]
impl<K: Clone + Eq + Hash, P: Capture, S: Clone + BuildHasher> Capture for HashMap<K, P, S> {
    type Captured = HashMap<K, P::Captured, S>;

    fn capture(&self) -> Self::Captured {
        let mut captured = HashMap::with_capacity_and_hasher(self.len(), self.hasher().clone());
        captured.extend(self.iter().map(|(key, place)| (key.clone(), place.capture())));
        captured
    }
}

#[diagnostic::do_not_recommend]
impl<P: Capture, const N: usize> Capture for [P; N] {
    type Captured = [P::Captured; N];

    fn capture(&self) -> Self::Captured {
        self.each_ref().map(P::capture)
    }
}

macro_rules! tuples {
    ($(($($item:ident)*))*) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: Capture),*> Capture for ($($item,)*) {
            type Captured = ($($item::Captured,)*);

            #[allow(non_snake_case, reason = "a type's letter names its value")]
            fn capture(&self) -> Self::Captured {
                let ($($item,)*) = self;
                ($($item.capture(),)*)
            }
        }
    )*};
}

tuples! {
    (A)
    (A B)
    (A B C)
    (A B C D)
    (A B C D E)
    (A B C D E F)
    (A B C D E F G)
    (A B C D E F G H)
}
