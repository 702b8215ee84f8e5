//! Owns: promises made of promises: [`all`], [`first`] and `flatten`. Each is made of ordinary behaviors.

use std::panic::Location;
use std::sync::Arc;

use crate::failure::{Cancelled, Failure};
use crate::promise::{Promise, Resolver};
use crate::request::{Takeable, Taking, TakingAll};
use crate::sync::Mutex;

use super::when;

/// A promise of all results, in order.
///
/// It takes the results, as [`join`](Promise::join) does: other handles of the promises find
/// [`Taken`](crate::FailureKind::Taken). If one of the promises has failed, so does this one, with the
/// failure of the first in order; then nothing is taken. That happens when all are finished. Of no
/// promises it is an empty `Vec`, at once. May be called from any thread, and in a body.
///
/// ```
/// # extern crate boc_runtime as boc;
/// let squares = boc::all((1..=4).map(|n| boc::when((), move |()| n * n)));
/// assert_eq!(squares.join().unwrap(), [1, 4, 9, 16]);
/// ```
///
/// # Panics
///
/// If a promise is there twice; and as [`when`](crate::when()): on the current runtime a behavior is
/// scheduled that requests all of them.
#[track_caller]
pub fn all<R: Send + 'static>(promises: impl IntoIterator<Item = Promise<R>>) -> Promise<Vec<R>> {
    let promises: Vec<Promise<R>> = promises.into_iter().collect();
    when(TakingAll(&promises), |results| results)
}

/// A promise of the first result: of whichever promise is finished first without a failure.
///
/// It takes that result; those of the others stay in their promises. If all have failed it fails as
/// the last of them did. Nothing is cancelled: for that schedule the competitors through a
/// [`Cancel`](crate::Cancel). May be called from any thread, and in a body.
///
/// ```
/// # extern crate boc_runtime as boc;
/// let (_slow, never) = boc::Promise::new();
/// let quick = boc::when((), |()| "quick");
/// let failed = boc::when((), |()| -> &str { panic!("no result") });
/// assert_eq!(boc::first([never, failed, quick]).join().unwrap(), "quick");
/// ```
///
/// Of no promises it fails with [`Abandoned`](crate::FailureKind::Abandoned).
///
/// # Panics
///
/// As [`when`](crate::when()): on the current runtime a behavior is scheduled for each promise.
#[track_caller]
pub fn first<R: Send + 'static>(promises: impl IntoIterator<Item = Promise<R>>) -> Promise<R> {
    let promises: Vec<Promise<R>> = promises.into_iter().collect();
    let (answer, winner) = Answer::new();
    if promises.is_empty() {
        answer.give(Err(Failure::none_to_come(Location::caller())));
        return winner;
    }
    let race = Arc::new(Race(Mutex::new(Some((promises.len(), answer)))));
    for promise in &promises {
        let race = Arc::clone(&race);
        drop(when(Taking(promise), move |promise| race.arrives(promise)));
    }
    winner
}

/// The promises of a [`first`] that have not arrived, and the answer; `None`: it is given.
struct Race<R>(Mutex<Option<(usize, Answer<R>)>>);

impl<R> Race<R> {
    fn arrives(&self, promise: Takeable<'_, R>) {
        let mut race = self.0.lock();
        let Some((left, answer)) = race.take() else { return };
        match promise.take() {
            Err(failure) if left > 1 => {
                *race = Some((left - 1, answer));
                drop(race);
                // It may be the last handle, and what its panic carried is the user's.
                drop(failure);
            }
            result => {
                // What waits for the answer is not for this lock.
                drop(race);
                answer.give(result);
            }
        }
    }
}

/// A promise that behaviors fill. If they are cancelled before, so is it.
struct Answer<R> {
    resolver: Option<Resolver<R>>,
    place: &'static Location<'static>,
}

impl<R: Send + 'static> Answer<R> {
    #[track_caller]
    fn new() -> (Answer<R>, Promise<R>) {
        let (resolver, promise) = Promise::with_resolver(None);
        (Answer { resolver: Some(resolver), place: Location::caller() }, promise)
    }
}

impl<R> Answer<R> {
    fn give(mut self, result: Result<R, Failure>) {
        let resolver = self.resolver.take().expect("given once");
        match result {
            Ok(value) => resolver.resolve(value),
            Err(failure) => resolver.fail(failure),
        }
    }
}

impl<R> Drop for Answer<R> {
    fn drop(&mut self) {
        if let Some(resolver) = self.resolver.take() {
            resolver.fail(Failure::cancelled(self.place, Cancelled::RuntimeEnded));
        }
    }
}

impl<R: Send + 'static> Promise<Promise<R>> {
    /// The promise of the inner result: one that is finished when both are.
    ///
    /// A failure of either is its failure. It takes the results, as [`join`](Promise::join) does. May be
    /// called from any thread, and in a body.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// let nested = boc::when((), |()| boc::when((), |()| 7));
    /// assert_eq!(nested.flatten().join().unwrap(), 7);
    /// ```
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()): on the current runtime a behavior is scheduled for each of the two.
    #[track_caller]
    pub fn flatten(self) -> Promise<R> {
        let (answer, promise) = Answer::new();
        drop(when(Taking(&self), move |outer| match outer.take() {
            Ok(inner) => drop(when(Taking(&inner), move |inner| answer.give(inner.take()))),
            Err(failure) => answer.give(Err(failure)),
        }));
        promise
    }
}
