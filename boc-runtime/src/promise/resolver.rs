//! Owns: [`Resolver`] and the block of a promise that no behavior fills.

#![expect(unsafe_code, reason = "a block of its own kind behind a promise")]

use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, needs_drop, offset_of};
use std::panic::Location;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::behavior::{self, Stage};
use crate::failure::Failure;
use crate::memory::{self, Disposal, Header, HeaderRef, Invariant, Table};
use crate::queue::{Queue, Status, Users};
use crate::sched::Core;
use crate::sim::{self, Outside};
use crate::sync::UnsafeCell;

use super::{Due, Promise, Promised};

/// The other end of a promise that is filled from outside: by a thread, an async task, a callback.
///
/// Dropped unused, it fails its promise with [`FailureKind::Abandoned`](crate::FailureKind::Abandoned). It may be used on
/// any thread, and inside a body.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{FailureKind, Promise, when};
///
/// let (resolver, reply) = Promise::new();
/// let length = when(&reply, |reply: boc::Acquired<'_, String>| reply.len());
/// std::thread::spawn(move || resolver.resolve("from outside".to_owned()));
/// assert_eq!(length.join().unwrap(), 12);
///
/// let (resolver, never) = Promise::<u32>::new();
/// drop(resolver);
/// assert_eq!(never.join().unwrap_err().kind(), FailureKind::Abandoned);
/// ```
#[must_use = "a resolver that is dropped fails its promise"]
pub struct Resolver<R> {
    block: NonNull<Owed<R>>,
    /// Where the promise was made.
    place: &'static Location<'static>,
    /// Lets a simulated runtime know that something may still happen.
    outside: Option<Outside>,
    /// Invariant in `R`, although contravariant would do (a resolver only writes).
    _result: Invariant<R>,
}

// SAFETY: a resolver moves an `R` into the block, and nothing else.
unsafe impl<R: Send> Send for Resolver<R> {}
// SAFETY: by reference it does nothing.
unsafe impl<R: Send> Sync for Resolver<R> {}

impl<R> std::panic::UnwindSafe for Resolver<R> {}
impl<R> std::panic::RefUnwindSafe for Resolver<R> {}

/// The block of a promise that a resolver fills. The resolver leads its queue.
#[repr(C)]
struct Owed<R> {
    promised: Promised,
    stage: UnsafeCell<Stage<(), R>>,
}

impl<R: Send + 'static> Promise<R> {
    /// A promise that is filled from outside, and what fills it.
    ///
    /// Nothing counts it as work in flight: `quiesce` does not wait for it, but for the behaviors that request it.
    #[track_caller]
    pub fn new() -> (Resolver<R>, Promise<R>) {
        Promise::with_resolver(Outside::here())
    }

    /// As [`new`](Promise::new), for a resolver that only behaviors, or a simulation itself, have.
    #[track_caller]
    pub(crate) fn with_resolver(outside: Option<Outside>) -> (Resolver<R>, Promise<R>) {
        let (mut resolver, promise) = Promise::filled_by(&Owed::<R>::TABLE, Location::caller());
        resolver.outside = outside;
        (resolver, promise)
    }

    /// As [`new`](Promise::new), for a promise that only what this core runs can fill.
    pub(crate) fn inside(core: &Core, place: &'static Location<'static>) -> (Resolver<R>, Promise<R>) {
        let simulated = core.simulation().is_some();
        Promise::filled_by(if simulated { &Owed::<R>::SIMULATED } else { &Owed::<R>::TABLE }, place)
    }

    fn filled_by(table: &'static Table, place: &'static Location<'static>) -> (Resolver<R>, Promise<R>) {
        // Two strong counts: the promise, and the activity of its queue, which the resolver leads.
        let header = Header::new(table, Queue::idle(Users::none()), 2, 1);
        let owed = Owed { promised: Promised::new(header), stage: UnsafeCell::new(Stage::Running) };
        let mut block = memory::put(owed);
        let producer = Owed::producer_of(block);
        // SAFETY: nobody else knows the block yet.
        unsafe { block.as_mut() }.promised.header.queue = Queue::led_by(producer.as_ptr(), Users::mixed());
        // SAFETY: made just now.
        memory::note(unsafe { HeaderRef::new(block.cast()) });
        // SAFETY: one of the two strong counts is the promise's.
        let promise = unsafe { Due::new(block.cast()) }.promise();
        (Resolver { block, place, outside: None, _result: PhantomData }, promise)
    }
}

impl<R> Owed<R> {
    fn producer_of(block: NonNull<Owed<R>>) -> NonNull<Status> {
        // SAFETY: within the block.
        unsafe { block.byte_add(offset_of!(Promised, producer)) }.cast()
    }

    /// # Safety
    /// `header` heads an `Owed<R>` whose memory is there.
    unsafe fn stage(header: NonNull<Header>) -> *mut Stage<(), R> {
        // SAFETY: the caller's duty; makes no reference.
        UnsafeCell::raw_get(unsafe { &raw const (*header.cast::<Owed<R>>().as_ptr()).stage })
    }
}

impl<R: Send + 'static> Owed<R> {
    const TABLE: Table = Table {
        pinned: false,
        weak: true,
        core: None,
        cancel: None,
        type_name: std::any::type_name::<Promise<R>>,
        value: Self::value,
        take: Self::take,
        inert: if needs_drop::<R>() { None } else { Some(Self::inert) },
        dispose: Self::dispose,
        free: Self::free,
    };

    /// Of a promise that only the simulated runtime of its thread can fill.
    const SIMULATED: Table = Table { core: Some(Self::simulated), ..Self::TABLE };

    unsafe fn simulated(_: NonNull<Header>) -> *const () {
        sim::here().map_or(ptr::null(), |core| Arc::as_ptr(&core).cast())
    }

    unsafe fn value(header: NonNull<Header>) -> Result<NonNull<()>, Failure> {
        // SAFETY: this function stands in the table of this type only.
        let stage = unsafe { Self::stage(header) };
        // SAFETY: the caller holds the promise; a shared holder only reads here.
        unsafe { &*stage }.value()
    }

    unsafe fn take(header: NonNull<Header>, out: NonNull<()>) {
        // SAFETY: as in `value`.
        let stage = unsafe { Self::stage(header) };
        // SAFETY: the caller holds the promise exclusively.
        let result = unsafe { &mut *stage }.take();
        // SAFETY: `out` is where the joiner of a `Promise<R>` wants its result.
        unsafe { out.cast::<Result<R, Failure>>().write(result) };
    }

    unsafe fn inert(header: NonNull<Header>) -> bool {
        // SAFETY: as in `value`.
        let stage = unsafe { Self::stage(header) };
        // SAFETY: the strong count is zero: nobody else uses the stage.
        unsafe { &*stage }.is_inert()
    }

    unsafe fn dispose(header: NonNull<Header>) -> Disposal {
        // SAFETY: as in `value`.
        let stage = unsafe { Self::stage(header) };
        // SAFETY: the strong count is zero: nobody else uses the stage.
        unsafe { &mut *stage }.end(None);
        Disposal::Done
    }

    unsafe fn free(header: NonNull<Header>) {
        // SAFETY: put in `Promise::new`; both counts are zero, the stage was emptied by `dispose` or needs no drop.
        unsafe { memory::free(header.cast::<Owed<R>>()) };
    }
}

impl<R> Resolver<R> {
    /// Fills the promise; behaviors that wait for it become ready.
    pub fn resolve(self, value: R) {
        ManuallyDrop::new(self).finish(Stage::value_of(value));
    }

    /// Fails the promise with a failure from elsewhere.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Promise, when};
    ///
    /// let failure = when((), |()| panic!("first")).join().unwrap_err();
    /// let (resolver, promise) = Promise::<u8>::new();
    /// resolver.fail(failure);
    /// assert_eq!(promise.join().unwrap_err().message(), "first");
    /// ```
    pub fn fail(self, failure: Failure) {
        ManuallyDrop::new(self).finish(Stage::failed(failure));
    }

    /// Where the promise was made.
    pub(crate) fn place(&self) -> &'static Location<'static> {
        self.place
    }

    /// Whether the promise has no handle, and nothing waits for it: then nothing ever will.
    pub(crate) fn is_unwanted(&self) -> bool {
        // SAFETY: the activity of the queue, which this resolver leads, keeps the block.
        let header = unsafe { HeaderRef::new(self.block.cast()) }.get();
        // A slot enters the queue through a handle, which has a strong count, and no weak handle of a
        // promise is ever upgraded. So once the count of the queue's activity is the only one
        // (`is_last`, with Acquire), the queue stays as it is.
        header.is_last() && header.queue.is_led_alone_by(Owed::<R>::producer_of(self.block))
    }

    /// Called once: a resolver is used up, or dropped.
    fn finish(&mut self, outcome: Stage<(), R>) {
        // SAFETY: the activity of the queue, which this resolver leads, keeps the block.
        let stage = unsafe { Owed::<R>::stage(self.block.cast()) };
        // SAFETY: nobody else uses the stage yet; what is overwritten is `Running`, which needs no drop.
        unsafe { stage.write(outcome) };
        let (queue, producer) = (self.block.cast(), Owed::producer_of(self.block));
        if !sim::put_off_release(queue, producer) {
            // SAFETY: it leads the queue since `Promise::new`; the outcome is written; once.
            unsafe { behavior::release_promise(queue, producer) };
        }
        drop(self.outside.take());
    }
}

impl<R> Drop for Resolver<R> {
    fn drop(&mut self) {
        self.finish(Stage::failed(Failure::abandoned(self.place)));
    }
}

impl<R> fmt::Debug for Resolver<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Resolver").field("result", &std::any::type_name::<R>()).finish_non_exhaustive()
    }
}
