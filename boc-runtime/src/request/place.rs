//! Owns: [`Place`], what can stand behind a request, for single cowns and guards; and the modes.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use std::marker::PhantomData;

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::failure::Failure;
use crate::memory::HeaderRef;
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::Requested;
use super::affinity::{Affinity, Anywhere, Pinned};
use super::claims::{Claims, Granted, GuardMode};
use super::refused::{NotForPinned, OnlyForPinned, OnlyForSync, SharedByNobody};
use super::sealed::Sealed;
use super::shape::PlaceGuard;

/// How a place is requested: [`Exclusive`], [`Shared`] or [`Pinned`]. Sealed.
pub trait Mode: Sealed + 'static {
    /// Where a behavior with a request in this mode runs.
    type Affinity: Affinity;

    /// The request of a place in this mode.
    #[doc(hidden)]
    type Of<'p, P: ?Sized + 'p>;

    #[doc(hidden)]
    fn of<P: ?Sized>(place: &P) -> Self::Of<'_, P>;
}

/// Nobody else holds the cown: what `&cown` requests.
#[derive(Clone, Copy, Debug)]
pub struct Exclusive;

/// Others may read at the same time: what [`read`](crate::read) requests.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

impl Exclusive {
    /// What a macro writes for a request in its header: `a`.
    #[doc(hidden)]
    #[inline]
    pub fn ask<P: PlaceGuard<Exclusive> + ?Sized>(place: &P) -> P::Asked<'_> {
        place.asked()
    }
}

impl Shared {
    /// What a macro writes for a request in its header: `read a`.
    #[doc(hidden)]
    #[inline]
    pub fn ask<P: PlaceGuard<Shared> + ?Sized>(place: &P) -> P::Asked<'_> {
        place.asked()
    }
}

impl Sealed for Exclusive {}
impl Sealed for Shared {}
impl Sealed for Pinned {}

impl Mode for Exclusive {
    type Affinity = Anywhere;
    type Of<'p, P: ?Sized + 'p> = &'p P;

    fn of<P: ?Sized>(place: &P) -> &P {
        place
    }
}

impl Mode for Shared {
    type Affinity = Anywhere;
    type Of<'p, P: ?Sized + 'p> = Requested<'p, P, Shared>;

    fn of<P: ?Sized>(place: &P) -> Requested<'_, P, Shared> {
        Requested { place, mode: PhantomData }
    }
}

impl Mode for Pinned {
    type Affinity = Pinned;
    type Of<'p, P: ?Sized + 'p> = Requested<'p, P, Pinned>;

    fn of<P: ?Sized>(place: &P) -> Requested<'_, P, Pinned> {
        Requested { place, mode: PhantomData }
    }
}

/// Something that names cowns to request in the mode `M`: a handle, a guard of an outer body, a group. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be requested",
    label = "not a cown, a promise, or a group of these",
    note = "shared data lives in a cown: `let a = Cown::new(value);`, then `when!(a => ..)`",
    note = "any other value is captured by the body that mentions it, or with `clone name` or `let name = ..` in the header"
)]
pub trait Place<M: Mode>: PlaceGuard<M> + PlaceSealed {
    #[doc(hidden)]
    type Plan: Copy + Send + 'static;

    /// As in `Request`.
    #[doc(hidden)]
    const SLOTS: Option<usize>;

    #[doc(hidden)]
    fn slots(&self) -> usize;

    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    fn plan(&self, claims: &mut Claims<'_>) -> Self::Plan;

    /// # Safety
    /// As `Request::guard`.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "sealed: called by this crate only")]
    unsafe fn guard<'a>(plan: Self::Plan, granted: &mut Granted<'a>) -> Result<Self::Guard<'a>, Failure>;
}

/// Keeps [`Place`] to this crate.
#[doc(hidden)]
pub trait PlaceSealed {}

/// The value of any kind of block.
///
/// # Safety
/// The block holds a `T`, or (a promise) a failure; the caller holds the cown for `'a`.
unsafe fn value<'a, T>(header: HeaderRef<'a>) -> Result<std::ptr::NonNull<T>, Failure> {
    // SAFETY: held (caller); the table belongs to the block.
    Ok(unsafe { (header.get().table().value)(header.as_ptr()) }?.cast())
}

/// # Safety
/// As [`Place::guard`]; the next slot is an exclusive one of a block that holds a `T`.
pub(super) unsafe fn exclusive<'a, T>(granted: &mut Granted<'a>) -> Result<Acquired<'a, T>, Failure> {
    // SAFETY: the caller's duty.
    let header = unsafe { granted.next() };
    // SAFETY: the caller's duty.
    let mut value = unsafe { value::<T>(header) }?;
    // SAFETY: the cown is held exclusively for `'a`.
    Ok(Acquired::new(unsafe { value.as_mut() }, header))
}

/// # Safety
/// As [`Place::guard`]; the next slot is of a block that holds a `T`.
pub(super) unsafe fn shared<'a, T>(granted: &mut Granted<'a>) -> Result<AcquiredRead<'a, T>, Failure> {
    // SAFETY: the caller's duty.
    let header = unsafe { granted.next() };
    // SAFETY: the caller's duty.
    let value = unsafe { value::<T>(header) }?;
    // SAFETY: the cown is held, at least shared, for `'a`; nobody writes.
    Ok(AcquiredRead::new(unsafe { value.as_ref() }, header))
}

/// Single places: `impl PLACE, MODE, bounds => claim, guard`, and those that are not, with the bound that says so.
macro_rules! single {
    ($([$($generics:tt)*] $(where [$($bound:tt)*])? $place:ty, $mode:ty, $guard:ident => |$this:ident, $claims:ident| $claim:expr, $make:path;)*) => {$(
        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<$($generics)*> Place<$mode> for $place
        $(where $($bound)*)?
        {
            type Plan = ();

            const SLOTS: Option<usize> = Some(1);

            #[inline]
            fn slots(&self) -> usize {
                1
            }

            #[inline]
            fn plan(&self, $claims: &mut Claims<'_>) {
                let $this = self;
                $claim;
            }

            #[inline]
            unsafe fn guard<'a>((): (), granted: &mut Granted<'a>) -> Result<$guard<'a, T>, Failure> {
                // SAFETY: the same duties; the slot was claimed in this mode, of a block that holds a `T`.
                unsafe { $make(granted) }
            }
        }
    )*};
}

impl<T> PlaceSealed for Cown<T> {}
impl<T> PlaceSealed for Promise<T> {}
impl<T> PlaceSealed for PinnedCown<T> {}
impl<T> PlaceSealed for Acquired<'_, T> {}
impl<T> PlaceSealed for AcquiredRead<'_, T> {}
impl<T> PlaceSealed for Handle<T> {}
impl<P: PlaceSealed + ?Sized> PlaceSealed for &P {}

single! {
    [T: Send + 'static] Cown<T>, Exclusive, Acquired => |this, claims| claims.claim(this.header(), false), exclusive_cown;
    [T: Send + 'static] where [Shared: OnlyForSync<T>] Cown<T>, Shared, AcquiredRead => |this, claims| claims.claim(this.header(), true), shared_cown;
    [T: Send + 'static] Promise<T>, Exclusive, Acquired => |this, claims| claims.claim_promise(this.header_ref(), false), exclusive;
    [T: Send + 'static] where [Shared: OnlyForSync<T>] Promise<T>, Shared, AcquiredRead => |this, claims| claims.claim_promise(this.header_ref(), true), shared;
    [T: 'static] PinnedCown<T>, Pinned, Acquired => |this, claims| claims.claim_pinned(this.header_ref()), exclusive;

    [T: 'static] where [Exclusive: NotForPinned<PinnedCown<T>>] PinnedCown<T>, Exclusive, Acquired => |this, claims| claims.claim_pinned(this.header_ref()), exclusive;
    [T: 'static] where [Shared: SharedByNobody<PinnedCown<T>>] PinnedCown<T>, Shared, AcquiredRead => |this, claims| claims.claim_pinned(this.header_ref()), shared;
    [T: 'static] where [Pinned: OnlyForPinned<Cown<T>>] Cown<T>, Pinned, Acquired => |this, claims| claims.claim(this.header(), false), exclusive;
    [T: 'static] where [Pinned: OnlyForPinned<Promise<T>>] Promise<T>, Pinned, Acquired => |this, claims| claims.claim_promise(this.header_ref(), false), exclusive;

    [T: Send + 'static] Acquired<'_, T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + 'static] where [Shared: OnlyForSync<T>] Acquired<'_, T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
    [T: 'static] Acquired<'_, T>, Pinned, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Pinned), exclusive;
    [T: Send + 'static] AcquiredRead<'_, T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + 'static] where [Shared: OnlyForSync<T>] AcquiredRead<'_, T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
    [T: Send + 'static] Handle<T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + 'static] where [Shared: OnlyForSync<T>] Handle<T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
    [T: 'static] Handle<T>, Pinned, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Pinned), exclusive;
}

/// # Safety
/// As [`exclusive`]; the block is a `Cown<T>`, so no table is asked.
#[inline]
unsafe fn exclusive_cown<'a, T>(granted: &mut Granted<'a>) -> Result<Acquired<'a, T>, Failure> {
    // SAFETY: the caller's duty.
    let header = unsafe { granted.next() };
    // SAFETY: the block is a `Cown<T>` (caller).
    let mut value = unsafe { Cown::<T>::value_of(header.as_ptr()) };
    // SAFETY: the cown is held exclusively for `'a`.
    Ok(Acquired::new(unsafe { value.as_mut() }, header))
}

/// # Safety
/// As [`shared`]; the block is a `Cown<T>`, so no table is asked.
#[inline]
unsafe fn shared_cown<'a, T>(granted: &mut Granted<'a>) -> Result<AcquiredRead<'a, T>, Failure> {
    // SAFETY: the caller's duty.
    let header = unsafe { granted.next() };
    // SAFETY: the block is a `Cown<T>` (caller).
    let value = unsafe { Cown::<T>::value_of(header.as_ptr()) };
    // SAFETY: the cown is held, at least shared, for `'a`.
    Ok(AcquiredRead::new(unsafe { value.as_ref() }, header))
}

/// References to places are places.
#[expect(private_interfaces, reason = "sealed: called by this crate only")]
impl<M: Mode, P: Place<M> + ?Sized> Place<M> for &P {
    type Plan = P::Plan;

    const SLOTS: Option<usize> = P::SLOTS;

    #[inline]
    fn slots(&self) -> usize {
        P::slots(self)
    }

    #[inline]
    fn plan(&self, claims: &mut Claims<'_>) -> P::Plan {
        P::plan(self, claims)
    }

    #[inline]
    unsafe fn guard<'a>(plan: P::Plan, granted: &mut Granted<'a>) -> Result<P::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { P::guard(plan, granted) }
    }
}
