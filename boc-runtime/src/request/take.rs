//! Owns: what becomes of a variable that is named in the header of a nested `when!`, by its type.
//!
//! The macros know names and no types. They write `capture!(&name)` before the outer body, and
//! `name.__boc_open()` in it, and the compiler picks: what [`Capture`] knows is captured as
//! handles, behind a reference too; anything else is cloned: a container of the user's that is
//! indexed, or what is given to another macro that is called `when`. So a variable has the same
//! type in the body as outside.
//!
//! The traits all have the method `__boc_take`, a name that no user's trait has. Which one is
//! called follows from how many references a receiver has: the compiler takes them off one by one
//! until one fits.

use std::ops::{Deref, Index};
use std::sync::Arc;

use super::capture::Capture;

/// A variable to be captured.
#[derive(Debug)]
pub struct Variable<'v, T: ?Sized>(pub &'v T);

impl<T: ?Sized> Clone for Variable<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Variable<'_, T> {}

/// A variable of the same type in the body.
#[derive(Debug)]
pub struct Owned<T>(T);

/// A variable in the body that is a reference, as it is outside.
#[derive(Debug)]
pub struct Lent<T>(T);

/// Likewise, to a slice.
#[derive(Debug)]
pub struct LentSlice<V>(V);

impl<T> Owned<T> {
    /// The variable.
    pub fn __boc_open(self) -> T {
        self.0
    }
}

impl<T> Lent<T> {
    /// The variable.
    pub fn __boc_open(&self) -> &T {
        &self.0
    }
}

impl<T> LentSlice<Vec<T>> {
    /// The variable.
    pub fn __boc_open(&self) -> &[T] {
        &self.0
    }
}

/// A container that is indexed.
#[derive(Clone, Debug)]
pub struct Container<C>(C);

/// One that is indexed in several places.
#[derive(Debug)]
pub struct SharedContainer<C>(Arc<C>);

/// Of a container that cannot be captured: the element that is asked for.
#[derive(Clone, Debug)]
pub struct Element<H>(H);

impl<C> Clone for SharedContainer<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Deref for Container<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<C> Deref for SharedContainer<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.0
    }
}

impl<H, I> Index<I> for Element<H> {
    type Output = H;

    fn index(&self, _: I) -> &H {
        &self.0
    }
}

/// A trait for each way.
macro_rules! ways {
    ($($trait:ident {
        $([$($generics:tt)*] $receiver:ty => $open:ident, $captured:ty, |$this:ident| $capture:expr;)*
    })*) => {$(
        /// One of the ways: see the module.
        pub trait $trait {
            /// What is captured.
            type Captured;

            /// The variable itself, for a `Container`.
            type Container;

            /// Captures it.
            fn __boc_take(self) -> Self::Captured;

            /// Captures it to be indexed.
            fn __boc_take_element<H>(self, element: impl FnOnce() -> H) -> Container<Self::Container>;

            /// Captures it to be indexed in several places.
            fn __boc_take_elements<H, const N: usize>(
                self,
                elements: impl FnOnce() -> [H; N],
            ) -> [SharedContainer<Self::Container>; N];
        }

        $(impl<'v, $($generics)*> $trait for $receiver {
            type Captured = $open<$captured>;
            type Container = $captured;

            fn __boc_take(self) -> $open<$captured> {
                let $this = self.0;
                $open($capture)
            }

            fn __boc_take_element<H>(self, _element: impl FnOnce() -> H) -> Container<$captured> {
                let $this = self.0;
                Container($capture)
            }

            fn __boc_take_elements<H, const N: usize>(
                self,
                _elements: impl FnOnce() -> [H; N],
            ) -> [SharedContainer<$captured>; N] {
                let $this = self.0;
                let shared = Arc::new($capture);
                std::array::from_fn(|_| SharedContainer(Arc::clone(&shared)))
            }
        })*
    )*};
}

ways! {
    OfSlice {
        ['p, P: Capture] &&&&&&Variable<'v, &'p [P]> => LentSlice, Vec<P::Captured>, |this| this.capture();
        ['p, P: Capture] &&&&&&Variable<'v, &'p mut [P]> => LentSlice, Vec<P::Captured>, |this| this.capture();
    }
    OfReference {
        ['p, P: Capture + ?Sized] &&&&&Variable<'v, &'p P> => Lent, P::Captured, |this| this.capture();
        ['p, P: Capture + ?Sized] &&&&&Variable<'v, &'p mut P> => Lent, P::Captured, |this| this.capture();
    }
    OfHandle {
        [P: Capture + ?Sized] &&&&Variable<'v, P> => Owned, P::Captured, |this| this.capture();
    }
    OfCloneReference {
        ['p, P: Clone] &&&Variable<'v, &'p P> => Lent, P, |this| P::clone(this);
    }
    OfClone {
        [P: Clone] &Variable<'v, P> => Owned, P, |this| this.clone();
    }
}

/// The ways of containers that cannot be captured: the elements that are asked for are.
macro_rules! elements {
    () => {
        /// Captures the element that is asked for.
        fn __boc_take_element<H>(self, element: impl FnOnce() -> H) -> Element<H>
        where
            Self: Sized,
        {
            Element(element())
        }

        /// Likewise, several.
        fn __boc_take_elements<H, const N: usize>(self, elements: impl FnOnce() -> [H; N]) -> [Element<H>; N]
        where
            Self: Sized,
        {
            elements().map(Element)
        }
    };
}

/// The way of any other reference, which is copied.
pub trait OfOtherReference {
    /// The type of the variable.
    type Variable;

    /// Copies it.
    fn __boc_take(self) -> Owned<Self::Variable>;

    elements!();
}

impl<'p, P: ?Sized> OfOtherReference for &&Variable<'_, &'p P> {
    type Variable = &'p P;

    fn __boc_take(self) -> Owned<&'p P> {
        Owned(self.0)
    }
}

/// The last way, for what is nothing of all that.
pub trait OfOther {
    /// The type of the variable.
    type Variable: ?Sized;

    /// Not possible, and the bound says why.
    fn __boc_take(self) -> Owned<<Self::Variable as Capture>::Captured>
    where
        Self::Variable: Capture;

    elements!();
}

impl<P: ?Sized> OfOther for Variable<'_, P> {
    type Variable = P;

    fn __boc_take(self) -> Owned<P::Captured>
    where
        P: Capture,
    {
        Owned(self.0.capture())
    }
}

/// Captures a variable, given by reference, by its type. With elements: one that is indexed.
#[doc(hidden)]
#[macro_export]
macro_rules! __capture {
    ($variable:expr) => {
        match $variable {
            variable => {
                use $crate::__private::ways::*;
                (&&&&&&Variable(variable)).__boc_take()
            }
        }
    };
    ($variable:expr; $element:expr) => {
        match ($variable, || $crate::__private::capture($element)) {
            (variable, element) => {
                use $crate::__private::ways::*;
                (&&&&&&Variable(variable)).__boc_take_element(element)
            }
        }
    };
    ($variable:expr; $($element:expr),+) => {
        match ($variable, || [$($crate::__private::capture($element)),+]) {
            (variable, elements) => {
                use $crate::__private::ways::*;
                (&&&&&&Variable(variable)).__boc_take_elements(elements)
            }
        }
    };
}
