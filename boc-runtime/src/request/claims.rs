//! Owns: the cursor that writes a behavior's slots while it is scheduled, and the one that reads them when it runs.

#![expect(unsafe_code, reason = "slots lie in a block that is still being written")]

use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{Behavior, SlotOfMany};
use crate::memory::{Header, HeaderRef};
use crate::pinned::{Home, PinnedHeader};
use crate::queue::{Kind, Slot};
use crate::sched::OpenBatch;

/// Writes the slots of a behavior, in the order of its requests.
pub(crate) struct Claims<'b> {
    first: NonNull<Slot>,
    slots: usize,
    claimed: usize,
    behavior: NonNull<Behavior>,
    _slots: PhantomData<&'b mut Slot>,
    /// The batch that the behavior is scheduled through.
    batch: Option<&'b OpenBatch>,
    /// The thread of the pinned cowns met so far.
    home: Option<Arc<Home>>,
    misfit: Option<Misfit>,
}

/// Why a request set cannot be scheduled, apart from aliasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// Pinned cowns of two threads.
    TwoHomes,
    /// The guard of a pinned cown, requested without `pinned`.
    PinnedGuard,
    /// `pinned` on the guard of a plain cown.
    PlainGuard,
    /// The promise of a behavior of a batch that has not entered, by a request that is not in that batch.
    OpenBatch,
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Misfit::TwoHomes => {
                "the request set has pinned cowns of two different threads; a behavior runs on one thread, so request \
                 them in two behaviors"
            }
            Misfit::PinnedGuard => {
                "the guard of a pinned cown is requested as if it were a plain cown; write `pinned NAME` (or \
                 `pinned(&guard)`)"
            }
            Misfit::PlainGuard => {
                "`pinned` is requested of the guard of a plain cown or promise; write the name without `pinned`"
            }
            Misfit::OpenBatch => {
                "the request set has the promise of a behavior of a `batch` whose closure has not returned, so the two \
                 could wait for each other; schedule this one through the batch, too (`in b;` or `b.when`), or when \
                 `batch` has returned"
            }
        })
    }
}

impl<'b> Claims<'b> {
    /// # Safety
    /// At `first` is room for so many slots of `behavior` (one `Slot`, or several `SlotOfMany`), which is the caller's alone
    /// during `'b`.
    #[inline]
    pub(crate) unsafe fn new(
        first: NonNull<Slot>,
        slots: usize,
        behavior: NonNull<Behavior>,
        batch: Option<&'b OpenBatch>,
    ) -> Claims<'b> {
        Claims { first, slots, claimed: 0, behavior, _slots: PhantomData, batch, home: None, misfit: None }
    }

    /// Claims a plain cown or promise.
    #[inline]
    pub(crate) fn claim(&mut self, header: NonNull<Header>, shared: bool) {
        assert!(self.claimed < self.slots, "a place that claims more slots than it has announced");
        let kind = Behavior::kind_of_slots(self.slots);
        let slot = Slot::new(header.cast(), shared, kind);
        if kind == Kind::Alone {
            // SAFETY: there is room for it (`new`).
            unsafe { self.first.write(slot) };
        } else {
            // SAFETY: one of the slots (`new`).
            let place = unsafe { self.first.cast::<SlotOfMany>().add(self.claimed) };
            // SAFETY: as above.
            unsafe { place.write(SlotOfMany { slot, behavior: self.behavior }) };
        }
        self.claimed += 1;
    }

    /// Claims a promise.
    #[inline]
    pub(crate) fn claim_promise(&mut self, promise: HeaderRef<'_>, shared: bool) {
        if promise.get().queue.users().is_open() {
            self.claim_open(promise);
        }
        self.claim(promise.as_ptr(), shared);
    }

    /// Requests of an open batch enter together with the behavior; another one would enter before it.
    #[cold]
    fn claim_open(&mut self, promise: HeaderRef<'_>) {
        if !self.batch.is_some_and(|batch| batch.has(promise.as_ptr())) {
            self.misfit = Some(Misfit::OpenBatch);
        }
    }

    /// Claims a pinned cown.
    pub(crate) fn claim_pinned(&mut self, header: HeaderRef<'_>) {
        debug_assert!(header.get().table().pinned);
        // SAFETY: the block of a pinned cown starts with a `PinnedHeader`; alive as `header` is.
        let home = unsafe { header.as_ptr().cast::<PinnedHeader>().as_ref() }.home();
        self.run_at(home);
        self.claim(header.as_ptr(), false);
    }

    /// Notes where the behavior has to run.
    pub(crate) fn run_at(&mut self, home: &Arc<Home>) {
        match &self.home {
            None => self.home = Some(Arc::clone(home)),
            Some(found) if Arc::ptr_eq(found, home) => {}
            Some(_) => self.misfit = Some(Misfit::TwoHomes),
        }
    }

    /// Claims what a guard stands for, which may be a cown of either kind.
    #[inline]
    pub(crate) fn claim_guard(&mut self, header: HeaderRef<'_>, mode: GuardMode) {
        if mode == GuardMode::Pinned || header.get().table().pinned {
            self.claim_pinned_guard(header, mode);
        } else {
            self.claim(header.as_ptr(), mode == GuardMode::Shared);
        }
    }

    #[cold]
    fn claim_pinned_guard(&mut self, header: HeaderRef<'_>, mode: GuardMode) {
        match (mode, header.get().table().pinned) {
            (GuardMode::Pinned, true) => return self.claim_pinned(header),
            (GuardMode::Pinned, false) => self.misfit = Some(Misfit::PlainGuard),
            _ => self.misfit = Some(Misfit::PinnedGuard),
        }
        self.claim(header.as_ptr(), mode == GuardMode::Shared);
    }

    /// Ends the planning: the pinned cowns' thread, if there are any, or what is wrong with the set.
    #[inline]
    pub(crate) fn finish(&mut self) -> Result<Option<Arc<Home>>, Misfit> {
        debug_assert!(self.claimed == self.slots, "a place that announces more slots than it claims");
        match self.misfit {
            Some(misfit) => Err(misfit),
            None => Ok(self.home.take()),
        }
    }
}

/// How a guard is requested again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GuardMode {
    Exclusive,
    Shared,
    Pinned,
}

/// Reads the granted slots of a behavior, in the order of its requests.
#[derive(Debug)]
pub(crate) struct Granted<'a> {
    next: NonNull<Slot>,
    _held: PhantomData<&'a Slot>,
}

impl<'a> Granted<'a> {
    /// # Safety
    /// `first` is the first slot of a behavior that holds all its cowns for `'a`.
    pub(crate) unsafe fn new(first: NonNull<Slot>) -> Granted<'a> {
        Granted { next: first, _held: PhantomData }
    }

    /// The header of the next requested cown.
    ///
    /// # Safety
    /// Called at most as often as the behavior has slots.
    #[inline]
    pub(crate) unsafe fn next(&mut self) -> HeaderRef<'a> {
        // SAFETY: within the behavior's slots (caller).
        let slot = unsafe { self.next.as_ref() };
        // Not `add`: behind the only slot of a behavior there is less room than this.
        let next = self.next.as_ptr().cast::<SlotOfMany>().wrapping_add(1);
        // SAFETY: no block ends at the end of the address space.
        self.next = unsafe { NonNull::new_unchecked(next.cast()) };
        // SAFETY: held, hence alive, for `'a` (INV-6 of the queue).
        unsafe { HeaderRef::new(Header::of(slot.cown())) }
    }
}
