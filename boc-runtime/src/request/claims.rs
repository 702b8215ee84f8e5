//! Owns: the cursor that writes a behavior's slots while it is scheduled, and the one that reads them when it runs.

#![expect(unsafe_code, reason = "slots lie in a block that is still being written")]

use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::Task;
use crate::memory::{Header, HeaderRef};
use crate::pinned::{Home, PinnedHeader};
use crate::queue::Slot;

/// Writes the slots of a behavior, in the order of its requests.
pub(crate) struct Claims<'b> {
    free: std::slice::IterMut<'b, MaybeUninit<Slot>>,
    task: NonNull<Task>,
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
        })
    }
}

impl<'b> Claims<'b> {
    pub(crate) fn new(free: &'b mut [MaybeUninit<Slot>], task: NonNull<Task>) -> Claims<'b> {
        Claims { free: free.iter_mut(), task, home: None, misfit: None }
    }

    /// Claims a plain cown or promise.
    pub(crate) fn claim(&mut self, header: NonNull<Header>, shared: bool) {
        let slot = self.free.next().expect("a place that claims more slots than it has announced");
        slot.write(Slot::new(header.cast(), shared, self.task));
    }

    /// Claims a pinned cown.
    pub(crate) fn claim_pinned(&mut self, header: HeaderRef<'_>) {
        debug_assert!(header.get().table.pinned);
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
    pub(crate) fn claim_guard(&mut self, header: HeaderRef<'_>, mode: GuardMode) {
        match (mode, header.get().table.pinned) {
            (GuardMode::Pinned, true) => return self.claim_pinned(header),
            (GuardMode::Pinned, false) => self.misfit = Some(Misfit::PlainGuard),
            (_, true) => self.misfit = Some(Misfit::PinnedGuard),
            (_, false) => {}
        }
        self.claim(header.as_ptr(), mode == GuardMode::Shared);
    }

    /// Ends the planning: the pinned cowns' thread, if there are any, or what is wrong with the set.
    pub(crate) fn finish(mut self) -> Result<Option<Arc<Home>>, Misfit> {
        debug_assert!(self.free.next().is_none(), "a place that announces more slots than it claims");
        match self.misfit {
            Some(misfit) => Err(misfit),
            None => Ok(self.home),
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
    pub(crate) unsafe fn next(&mut self) -> HeaderRef<'a> {
        // SAFETY: within the behavior's slots (caller).
        let slot = unsafe { self.next.as_ref() };
        // SAFETY: at most one past the last slot.
        self.next = unsafe { self.next.add(1) };
        // SAFETY: held, hence alive, for `'a` (INV-6 of the queue).
        unsafe { HeaderRef::new(Header::of(slot.cown())) }
    }
}
