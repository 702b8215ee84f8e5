//! Owns: what the compiler says of a variable that a body mentions, and that by its type is not
//! what the user takes it for.
//!
//! The macros know names and no types. They call `__boc_value` on `&Variable(&b)` for a name that a
//! body dereferences, `__boc_owned` where it reads `self`, `__boc_changed` where it assigns to a
//! variable. The compiler picks the method by the type, as it does for `capture!`. Of what cannot
//! be, a bound says so; what may be meant is only warned of, by `deprecated`.

use crate::cown::Cown;
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::take::Variable;

/// No handle has it.
#[diagnostic::on_unimplemented(
    message = "the value of a cown is reached only by a behavior that requests it",
    label = "not requested: write its name in the header",
    note = "`when!(a, b => *a += *b)`, or `#[when(a, b)]` and a parameter `b: &mut T` at its place"
)]
pub trait Requested {}

/// A handle by its own name.
pub trait OfHandleItself {
    /// The handle.
    type Handle;

    /// It has no value here.
    fn __boc_value(self)
    where
        Self::Handle: Requested;
}

macro_rules! handles {
    ($($handle:ident),*) => {$(
        impl<T> OfHandleItself for &Variable<'_, $handle<T>> {
            type Handle = $handle<T>;

            fn __boc_value(self)
            where
                $handle<T>: Requested,
            {
            }
        }
    )*};
}

handles!(Cown, Promise, PinnedCown);

/// Anything else, which may have one.
pub trait OfValue: Sized {
    /// Nothing to say.
    fn __boc_value(self) {}
}

impl<T: ?Sized> OfValue for Variable<'_, T> {}

/// `self` behind a reference.
pub trait OfBorrowed: Sized {
    /// Worth a word.
    #[deprecated(
        note = "`self` is borrowed here, and a body runs when the borrow is over; take along what it \
                reads: write `let step = self.step` in the header, and `step` in the body"
    )]
    fn __boc_owned(self) {}
}

impl<T: ?Sized> OfBorrowed for &Variable<'_, &T> {}
impl<T: ?Sized> OfBorrowed for &Variable<'_, &mut T> {}

/// `self` by value.
pub trait OfOwned: Sized {
    /// Nothing to say.
    fn __boc_owned(self) {}
}

impl<T: ?Sized> OfOwned for Variable<'_, T> {}

/// A variable of which a body changes a copy.
pub trait OfCopied: Sized {
    /// Worth a word.
    #[deprecated(
        note = "a body takes a copy of this variable along, and changes that; write `let mut n = n` in the \
                header if it is to do so, or keep what it changes in a cown"
    )]
    fn __boc_changed(self) {}
}

impl<T: Copy> OfCopied for &Variable<'_, T> {}

/// One that is moved into it.
pub trait OfMoved: Sized {
    /// Nothing to say.
    fn __boc_changed(self) {}
}

impl<T: ?Sized> OfMoved for Variable<'_, T> {}
