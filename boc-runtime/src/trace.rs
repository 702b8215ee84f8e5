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

/// Pinned behaviors wait, and their thread does not pump.
pub(crate) fn starved(starvation: Starvation, thread: &str) {
    #[cfg(feature = "tracing")]
    {
        let Starvation { age, depth } = starvation;
        tracing::warn!(?age, depth, thread, "pinned behaviors wait, and their thread does not pump");
    }
    #[cfg(not(feature = "tracing"))]
    eprintln!("boc: {}", sentence(starvation, thread));
}

#[cfg(any(test, not(feature = "tracing")))]
fn sentence(Starvation { age, depth }: Starvation, thread: &str) -> String {
    let behaviors = if depth == 1 { "behavior has" } else { "behaviors have" };
    format!("{depth} pinned {behaviors} waited for up to {age:.1?}, and {thread} does not pump")
}

/// A failed promise ends that was not requested, joined or awaited. `place` is where its behavior
/// was scheduled, if it has one.
pub(crate) fn unseen(failure: &Failure, place: Option<&'static Location<'static>>) {
    sim::unseen(failure);
    #[cfg(feature = "tracing")]
    match place {
        // What is cancelled was given up on purpose.
        _ if failure.kind() == crate::FailureKind::Cancelled => {}
        Some(place) if failure.location() != Some(place) => {
            tracing::warn!(
                "the behavior scheduled at {place} was skipped, and its promise was not looked at: {failure}"
            );
        }
        _ => tracing::warn!("a failed promise was not looked at: {failure}"),
    }
    #[cfg(not(feature = "tracing"))]
    let _ = place;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_starvation_is_told_in_a_sentence() {
        let told =
            |depth| sentence(Starvation { age: Duration::from_micros(20_123), depth }, "the thread `main`");
        assert_eq!(
            told(1),
            "1 pinned behavior has waited for up to 20.1ms, and the thread `main` does not pump"
        );
        assert_eq!(
            told(2),
            "2 pinned behaviors have waited for up to 20.1ms, and the thread `main` does not pump"
        );
    }
}
