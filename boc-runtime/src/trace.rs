//! Owns: what `tracing` sees, behind the feature of that name. Without it everything here is nothing.

use std::panic::Location;

use crate::failure::Failure;
use crate::pinned::Starvation;
use crate::request::{Affinity, Request};
use crate::sim;

/// Runs a body inside its span: place, name in the attribute form, worker, pinned or not.
#[cfg(feature = "tracing")]
#[inline(always)]
pub(crate) fn body<Q: Request, R>(place: &'static Location<'static>, body: impl FnOnce() -> R) -> R {
    // Without a subscriber this is one load and a branch, before and after; all the rest is out of line.
    let span = if tracing::dispatcher::has_been_set() { Some(enter::<Q>(place)) } else { None };
    let result = body();
    if span.is_some() {
        leave(span);
    }
    result
}

#[cfg(feature = "tracing")]
type Entered = Box<tracing::span::EnteredSpan>;

#[cfg(feature = "tracing")]
#[cold]
#[inline(never)]
fn enter<Q: Request>(place: &'static Location<'static>) -> Entered {
    let (name, pinned) = (Q::NAME, <Q::Affinity as Affinity>::PINNED);
    let worker = crate::sched::context::worker_index();
    let span = tracing::trace_span!(
        "behavior",
        name,
        place = %place,
        worker = worker.map(tracing::field::display),
        pinned,
    );
    // Boxed: one word on the stack of a body that is not traced.
    Box::new(span.entered())
}

#[cfg(feature = "tracing")]
#[cold]
#[inline(never)]
fn leave(span: Option<Entered>) {
    drop(span);
}

/// Runs a body.
#[cfg(not(feature = "tracing"))]
#[inline(always)]
pub(crate) fn body<Q: Request, R>(_: &'static Location<'static>, body: impl FnOnce() -> R) -> R {
    let _ = (Q::NAME, <Q::Affinity as Affinity>::PINNED);
    body()
}

/// Pinned behaviors wait and nobody pumps.
pub(crate) fn starved(starvation: Starvation) {
    let Starvation { age, depth } = starvation;
    #[cfg(feature = "tracing")]
    tracing::warn!(?age, depth, "pinned behaviors wait and nobody pumps");
    #[cfg(not(feature = "tracing"))]
    eprintln!("boc: {depth} pinned behaviors wait since {age:?} and nobody pumps");
}

/// A failure dies that nobody has requested or joined.
pub(crate) fn unseen(failure: &Failure) {
    sim::unseen(failure);
    #[cfg(feature = "tracing")]
    if failure.kind() == crate::FailureKind::Panicked {
        tracing::warn!("nobody has looked at a failure: {failure}");
    }
}
