//! Owns: requests of promises whose results a body may move out: what `all`, `first` and `flatten` are made of.

#![expect(unsafe_code, reason = "moves results out of promises that are held")]

use std::fmt;
use std::mem::MaybeUninit;
use std::ptr::NonNull;

use crate::failure::Failure;
use crate::memory::{HeaderRef, Invariant};
use crate::promise::Promise;

use super::Request;
use super::affinity::Anywhere;
use super::claims::{Claims, Granted};
use super::sealed::Sealed;
use super::shape::Guards;

/// A promise, failed or not, whose result may be moved out.
pub(crate) struct Taking<'h, R>(pub(crate) &'h Promise<R>);

/// Promises whose results are moved out together, if none of them has failed.
pub(crate) struct TakingAll<'h, R>(pub(crate) &'h [Promise<R>]);

/// The guard of [`Taking`]: what is not taken stays in the promise.
pub(crate) struct Takeable<'a, R> {
    /// Held exclusively for `'a`; its block is a promise of an `R`.
    promise: HeaderRef<'a>,
    /// As the promise.
    _result: Invariant<R>,
}

impl<'a, R> Takeable<'a, R> {
    /// # Safety
    /// The next slot is an exclusive one of a promise of an `R`.
    unsafe fn next(granted: &mut Granted<'a>) -> Takeable<'a, R> {
        // SAFETY: the caller's duty.
        Takeable { promise: unsafe { granted.next() }, _result: std::marker::PhantomData }
    }

    /// Whether there is a result, or why not.
    fn look(&self) -> Result<(), Failure> {
        let header = self.promise;
        // SAFETY: held (the field's invariant); the table belongs to the block.
        unsafe { (header.get().table().value)(header.as_ptr()) }.map(drop)
    }

    /// The result. A later request of the promise finds that it was taken.
    pub(crate) fn take(self) -> Result<R, Failure> {
        let header = self.promise;
        let mut result = MaybeUninit::<Result<R, Failure>>::uninit();
        // SAFETY: held exclusively (the field's invariant); the table is that of a promise of an `R`,
        // so it writes such a result.
        unsafe { (header.get().table().take)(header.as_ptr(), NonNull::from(&mut result).cast()) };
        // SAFETY: written just now.
        unsafe { result.assume_init() }
    }
}

impl<R> fmt::Debug for Takeable<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Takeable").finish_non_exhaustive()
    }
}

impl<R> Sealed for Taking<'_, R> {}
impl<R> Sealed for TakingAll<'_, R> {}

impl<R: Send + 'static> Guards for Taking<'_, R> {
    type Guard<'a> = Takeable<'a, R>;
}

impl<R: Send + 'static> Guards for TakingAll<'_, R> {
    type Guard<'a> = Vec<R>;
}

impl<R: Send + 'static> Request for Taking<'_, R> {
    type Affinity = Anywhere;
    type Plan = ();

    const SLOTS: Option<usize> = Some(1);

    fn slots(&self) -> usize {
        1
    }

    fn plan(&self, claims: &mut Claims<'_>) {
        claims.claim_promise(self.0.header_ref(), false);
    }

    unsafe fn guard<'a>((): (), granted: &mut Granted<'a>) -> Result<Takeable<'a, R>, Failure> {
        // SAFETY: the same duties; the slot was claimed exclusively, of a promise of an `R`.
        Ok(unsafe { Takeable::next(granted) })
    }
}

impl<R: Send + 'static> Request for TakingAll<'_, R> {
    type Affinity = Anywhere;
    type Plan = usize;

    const SLOTS: Option<usize> = None;

    fn slots(&self) -> usize {
        self.0.len()
    }

    fn plan(&self, claims: &mut Claims<'_>) -> usize {
        self.0.iter().for_each(|promise| claims.claim_promise(promise.header_ref(), false));
        self.0.len()
    }

    unsafe fn guard<'a>(len: usize, granted: &mut Granted<'a>) -> Result<Vec<R>, Failure> {
        // SAFETY: the same duties, for each of the `len` slots: each was claimed exclusively, of a promise of an `R`.
        let promises: Vec<Takeable<'a, R>> = (0..len).map(|_| unsafe { Takeable::next(granted) }).collect();
        // All or none: what is left in a promise is there for its other handles.
        promises.iter().try_for_each(Takeable::look)?;
        promises.into_iter().map(Takeable::take).collect()
    }
}
