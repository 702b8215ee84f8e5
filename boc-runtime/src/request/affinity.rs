//! Owns: where a behavior runs, as a type.
//!
//! Every request has an [`Affinity`]: [`Anywhere`] for cowns and promises, [`Pinned`] for pinned cowns. The affinity
//! of a request set is folded from its items by [`Affinity::And`], at compile time. A behavior's dispatch function
//! (what happens when its last cown is granted) is `<Q::Affinity as Affinity>::dispatch`, an associated
//! function: monomorphisation picks one when the behavior's type is made, and for `Anywhere` that one pushes to a
//! worker's queue with no look at any flag, kind or home: [`Affinity::Home`] is `()`, so there is nothing to test.

#![expect(unsafe_code, reason = "hands over jobs that lie in blocks")]

use std::fmt;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{Hint, Job};
use crate::pinned::Home;
use crate::sched::{self, Core};

use super::shape::PlaceGuard;

/// Where the behaviors of a request set run: [`Anywhere`] or [`Pinned`]. Sealed.
pub trait Affinity: sealed::Sealed + Sized + 'static {
    /// The affinity of a set that has an item of this one and an item of `Other`.
    type And<Other: Affinity>: Affinity;

    /// For tracing.
    #[doc(hidden)]
    const PINNED: bool;

    /// What a behavior keeps to find the thread it runs on.
    #[doc(hidden)]
    type Home: HomeOf;

    /// Sends a behavior that has all its cowns to where it runs.
    ///
    /// # Safety
    /// `home` lies in the block of `job`; both are gone once the job is handed over. `core` is alive until then.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    unsafe fn dispatch(home: &Self::Home, core: NonNull<Core>, job: Job, hint: Hint<'_>);
}

/// On any worker of the runtime.
#[derive(Clone, Copy, Debug)]
pub struct Anywhere;

/// On the thread that owns the pinned cowns of the set, when it pumps.
#[derive(Clone, Copy, Debug)]
pub struct Pinned;

impl Pinned {
    /// What a macro writes for a request in its header: `pinned canvas`.
    #[doc(hidden)]
    #[inline]
    pub fn ask<P: PlaceGuard<Pinned> + ?Sized>(place: &P) -> P::Asked<'_> {
        place.asked()
    }
}

impl Affinity for Anywhere {
    type And<Other: Affinity> = Other;
    const PINNED: bool = false;
    type Home = ();

    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    #[inline]
    unsafe fn dispatch((): &(), core: NonNull<Core>, job: Job, hint: Hint<'_>) {
        // SAFETY: the same duties.
        unsafe { sched::submit(core, job, hint) };
    }
}

impl Affinity for Pinned {
    type And<Other: Affinity> = Pinned;
    const PINNED: bool = true;
    type Home = PinnedTo;

    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    unsafe fn dispatch(home: &PinnedTo, core: NonNull<Core>, job: Job, hint: Hint<'_>) {
        match home.0.clone() {
            // A count of its own: the block, and the count in it, may be gone as soon as the job is pushed.
            Some(home) => home.submit(job),
            // The set names no pinned cown after all: an empty group, a `None`.
            // SAFETY: the same duties.
            None => unsafe { sched::submit(core, job, hint) },
        }
    }
}

/// The thread of the pinned cowns in a set; none if the set turned out to have none.
pub struct PinnedTo(pub(crate) Option<Arc<Home>>);

impl fmt::Debug for PinnedTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PinnedTo").field(&self.0.as_ref().map(|home| home.thread())).finish()
    }
}

/// Makes an affinity's `Home` from the pinned cowns that were found while planning.
#[doc(hidden)]
pub trait HomeOf: Send + 'static {
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn from_found(found: Option<Arc<Home>>) -> Self;

    /// The home, if there is one.
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn found(&self) -> Option<NonNull<Home>>;
}

impl HomeOf for () {
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    #[inline]
    fn from_found(found: Option<Arc<Home>>) {
        debug_assert!(found.is_none(), "a set with a pinned cown has the affinity `Anywhere`");
    }

    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn found(&self) -> Option<NonNull<Home>> {
        None
    }
}

impl HomeOf for PinnedTo {
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn from_found(found: Option<Arc<Home>>) -> PinnedTo {
        PinnedTo(found)
    }

    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn found(&self) -> Option<NonNull<Home>> {
        self.0.as_deref().map(NonNull::from)
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Anywhere {}
    impl Sealed for super::Pinned {}
}
