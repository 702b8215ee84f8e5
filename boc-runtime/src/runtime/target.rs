//! Owns: what the compiler says of `in TARGET;` when nothing can be scheduled on the target.
//!
//! A target is whatever has a method `when`: a runtime, a scope, a batch, a main thread, what refers to one of them, a type
//! of the user's. Of all others the compiler would just say that there is no such method. So the macro puts the trait
//! [`Target`] beside its call. It has such a method, but no type has the trait: it is never the one that is called, and always
//! the one that the compiler speaks of when there is no other, in the words that it is given here.

use std::convert::Infallible;

/// See the module. That a reference would have it, if only something had, is what makes the compiler speak of it.
#[diagnostic::on_unimplemented(
    message = "behaviors cannot be scheduled on a `{Self}`",
    label = "not a target",
    note = "a target is a `&Runtime`, a `&Scope`, a `&Batch`, a `&MainThread` or a `&Cancel`: `when!(in &runtime; a, b => ..)`",
    note = "cowns are requested, after the `;`; and what `build()` gives is a `Result`"
)]
pub trait Target: Sized {
    /// What a call would give, if there were one.
    fn never() -> Infallible;

    /// Never called.
    fn when<Q, F>(self, _request: Q, _body: F) -> Infallible {
        Self::never()
    }
}

impl<T: Target> Target for &mut T {
    fn never() -> Infallible {
        T::never()
    }
}
