//! Owns: what the compiler says of a request that cannot be.
//!
//! Each mistake is a place that *would* be one if a bound held that never holds, and the bound has a message of its own.
//! The bounds are on the modes, so that the compiler takes their messages and not the one of [`Place`](super::Place).

use crate::cown::Cown;
use crate::pinned::PinnedCown;

use super::affinity::Pinned;
use super::place::{Exclusive, Shared};

/// The mode fits any cown but a pinned one.
#[diagnostic::on_unimplemented(
    message = "`{P}` is requested without `pinned`",
    label = "a pinned cown: write `pinned` before it",
    note = "its value stays on one thread, so the behavior has to run there: `when!(pinned canvas => ..)`, or \
            `when(pinned(&canvas), ..)`"
)]
pub trait NotForPinned<P: ?Sized> {}

#[diagnostic::do_not_recommend]
impl<T> NotForPinned<Cown<T>> for Exclusive {}

/// The mode fits cowns that may be read on several threads at once.
#[diagnostic::on_unimplemented(
    message = "`{P}` cannot be shared with `read`",
    label = "a pinned cown: write `pinned` instead of `read`",
    note = "its thread is its only reader, so there is nobody to share it with: `when!(pinned canvas => ..)`, or \
            `when(pinned(&canvas), ..)`"
)]
pub trait SharedByNobody<P: ?Sized> {}

#[diagnostic::do_not_recommend]
impl<T> SharedByNobody<Cown<T>> for Shared {}

/// The mode fits pinned cowns and no others.
#[diagnostic::on_unimplemented(
    message = "`{P}` is not pinned",
    label = "runs on any worker: remove `pinned`, or make it a `PinnedCown`",
    note = "write `when!(a => ..)` or `when!(read a => ..)`; a value that has to stay on its thread lives in a pinned cown: \
            `PinnedCown::new(&main, value)`"
)]
pub trait OnlyForPinned<P: ?Sized> {}

#[diagnostic::do_not_recommend]
impl<T> OnlyForPinned<PinnedCown<T>> for Pinned {}

/// The mode fits values that are `Sync`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be shared between threads, so it cannot be requested with `read`",
    label = "the value is not `Sync`: remove `read`",
    note = "`read` lets other behaviors read at the same time; without it the behavior is alone, and the value need not be \
            `Sync`"
)]
pub trait OnlyForSync<T: ?Sized> {}

#[diagnostic::do_not_recommend]
impl<T: Sync + ?Sized> OnlyForSync<T> for Shared {}

impl<T: ?Sized> OnlyForSync<T> for Exclusive {}
