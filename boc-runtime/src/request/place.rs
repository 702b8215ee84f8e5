//! Owns: [`Place`], what can stand behind a request, for single cowns and guards; and the modes.

#![expect(unsafe_code, reason = "makes guards out of slots")]

use crate::cown::{Acquired, AcquiredRead, Cown, Handle};
use crate::failure::Failure;
use crate::memory::HeaderRef;
use crate::pinned::PinnedCown;
use crate::promise::Promise;

use super::affinity::{Affinity, Anywhere, Pinned};
use super::claims::{Claims, Granted, GuardMode};
use super::sealed::Sealed;

/// How a place is requested: [`Exclusive`], [`Shared`] or [`Pinned`]. Sealed.
pub trait Mode: Sealed + 'static {
    /// Where a behavior with a request in this mode runs.
    type Affinity: Affinity;
}

/// Nobody else holds the cown: what `&cown` requests.
#[derive(Clone, Copy, Debug)]
pub struct Exclusive;

/// Others may read at the same time: what [`read`](crate::read) requests.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

impl Sealed for Exclusive {}
impl Sealed for Shared {}
impl Sealed for Pinned {}

impl Mode for Exclusive {
    type Affinity = Anywhere;
}

impl Mode for Shared {
    type Affinity = Anywhere;
}

impl Mode for Pinned {
    type Affinity = Pinned;
}

/// Something that names cowns to request in the mode `M`: a handle, a guard of an outer body, a group. Sealed.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be requested in the mode `{M}`",
    label = "cannot be requested like this",
    note = "a `PinnedCown` is requested with `pinned` (`pinned canvas`, or `pinned(&canvas)`) and in no other way",
    note = "a `Cown` or `Promise` is requested by its name (`a`, or `&a`) or with `read` (`read a`, or `read(&a)`), never \
            with `pinned`",
    note = "`read` shares the value between threads, so the value has to be `Sync`; without `read` it need not be"
)]
pub trait Place<M: Mode>: PlaceSealed {
    /// What the body gets for this place.
    type Guard<'a>;

    #[doc(hidden)]
    type Plan: Copy + Send + 'static;

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
    Ok(unsafe { (header.get().table.value)(header.as_ptr()) }?.cast())
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

/// Single places: `impl PLACE, MODE, bounds => claim, guard`.
macro_rules! single {
    ($([$($generics:tt)*] $place:ty, $mode:ty, $guard:ident => |$this:ident, $claims:ident| $claim:expr, $make:path;)*) => {$(
        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl<$($generics)*> Place<$mode> for $place {
            type Guard<'a> = $guard<'a, T>;
            type Plan = ();

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
    [T: Send + Sync + 'static] Cown<T>, Shared, AcquiredRead => |this, claims| claims.claim(this.header(), true), shared_cown;
    [T: Send + 'static] Promise<T>, Exclusive, Acquired => |this, claims| claims.claim(this.header(), false), exclusive;
    [T: Send + Sync + 'static] Promise<T>, Shared, AcquiredRead => |this, claims| claims.claim(this.header(), true), shared;
    [T: 'static] PinnedCown<T>, Pinned, Acquired => |this, claims| claims.claim_pinned(this.header_ref()), exclusive;

    [T: Send + 'static] Acquired<'_, T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + Sync + 'static] Acquired<'_, T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
    [T: 'static] Acquired<'_, T>, Pinned, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Pinned), exclusive;
    [T: Send + 'static] AcquiredRead<'_, T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + Sync + 'static] AcquiredRead<'_, T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
    [T: Send + 'static] Handle<T>, Exclusive, Acquired => |this, claims| claims.claim_guard(this.header(), GuardMode::Exclusive), exclusive;
    [T: Send + Sync + 'static] Handle<T>, Shared, AcquiredRead => |this, claims| claims.claim_guard(this.header(), GuardMode::Shared), shared;
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
    type Guard<'a> = P::Guard<'a>;
    type Plan = P::Plan;

    fn slots(&self) -> usize {
        P::slots(self)
    }

    fn plan(&self, claims: &mut Claims<'_>) -> P::Plan {
        P::plan(self, claims)
    }

    unsafe fn guard<'a>(plan: P::Plan, granted: &mut Granted<'a>) -> Result<P::Guard<'a>, Failure> {
        // SAFETY: the same duties.
        unsafe { P::guard(plan, granted) }
    }
}
