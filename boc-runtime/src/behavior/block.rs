//! Owns: the layout of a behavior's block and the pointer casts between its parts.

#![expect(unsafe_code, reason = "one allocation with a part of dynamic length in the middle")]

use std::alloc::Layout;
use std::marker::PhantomData;
use std::mem::needs_drop;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::failure::Failure;
use crate::memory::{self, Disposal, Header, Table};
use crate::pinned::Home;
use crate::promise::{Promise, Promised};
use crate::queue::{Slot, Status};
use crate::request::{Affinity, HomeOf, Request};
use crate::runtime::ScopeState;
use crate::sched::Core;
use crate::sync::UnsafeCell;

use super::run::{self, Ran};
use super::stage::Stage;
use super::task::{Hint, Job, Task};

/// The part of a block that does not depend on its types.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Behavior {
    pub(crate) promised: Promised,
    pub(crate) task: Task,
    /// Alive while the behavior is counted as scheduled and not finished: see `sched/README.md`, part 4.
    pub(crate) core: NonNull<Core>,
    pub(crate) place: &'static Location<'static>,
    /// Taken by `finish`.
    pub(crate) scope: Option<Arc<ScopeState>>,
}

/// The table of a behavior's promise, with what only a behavior needs.
#[repr(C)]
pub(crate) struct BehaviorTable {
    pub(crate) promise: Table,
    pub(crate) execute: unsafe fn(NonNull<Behavior>) -> Ran,
    pub(crate) cancel: unsafe fn(NonNull<Behavior>),
}

impl Behavior {
    /// The behavior that a job is the right to run.
    pub(crate) fn of(job: Job) -> NonNull<Behavior> {
        // SAFETY: a job's task lies in a behavior, at this offset.
        unsafe { job.0.byte_sub(std::mem::offset_of!(Behavior, task)) }.cast()
    }

    /// # Safety
    /// `behavior` is alive.
    pub(crate) unsafe fn table(behavior: NonNull<Behavior>) -> &'static BehaviorTable {
        // SAFETY: alive (caller).
        let table: *const Table = unsafe { behavior.as_ref() }.promised.header.table;
        // SAFETY: the table in a behavior's header starts a `BehaviorTable` (see `Block::TABLE`).
        unsafe { &*table.cast::<BehaviorTable>() }
    }

    pub(crate) fn task_of(behavior: NonNull<Behavior>) -> NonNull<Task> {
        // SAFETY: within the block.
        unsafe { behavior.byte_add(std::mem::offset_of!(Behavior, task)) }.cast()
    }

    pub(crate) fn producer_of(behavior: NonNull<Behavior>) -> NonNull<Status> {
        // SAFETY: within the block.
        unsafe { behavior.byte_add(std::mem::offset_of!(Behavior, promised.producer)) }.cast()
    }

    pub(crate) fn slots_of(behavior: NonNull<Behavior>) -> NonNull<Slot> {
        // SAFETY: the slots follow the behavior; an empty array has that address too.
        unsafe { behavior.add(1) }.cast()
    }
}

const _: () = assert!(align_of::<Slot>() <= align_of::<Behavior>());

/// The part that does.
pub(crate) struct Payload<Q: Request, F, R> {
    pub(crate) plan: Q::Plan,
    pub(crate) home: <Q::Affinity as Affinity>::Home,
    pub(crate) stage: UnsafeCell<Stage<F, R>>,
}

/// A behavior's block with its types.
pub(crate) struct Block<Q, F, R> {
    pub(crate) behavior: NonNull<Behavior>,
    types: PhantomData<(Q, F, R)>,
}

impl<Q, F, R> Clone for Block<Q, F, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, F, R> Copy for Block<Q, F, R> {}

impl<Q, F, R> Block<Q, F, R>
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    pub(crate) const TABLE: BehaviorTable = BehaviorTable {
        promise: Table {
            pinned: false,
            type_name: std::any::type_name::<Promise<R>>,
            value: Self::value,
            take: Self::take,
            inert: if needs_drop::<R>() { None } else { Some(Self::inert) },
            dispose: Self::dispose,
            free: Self::free,
        },
        execute: run::execute_block::<Q, F, R>,
        cancel: run::cancel_block::<Q, F, R>,
    };

    /// A block of these types that starts at `behavior`.
    pub(crate) fn from_raw(behavior: NonNull<Behavior>) -> Self {
        Block { behavior, types: PhantomData }
    }

    fn layout(slots: usize) -> (Layout, usize) {
        let slots = Layout::array::<Slot>(slots).expect("the slots of a behavior fit in memory");
        let head = Layout::new::<Behavior>().extend(slots).expect("as above").0;
        let (whole, payload) = head.extend(Layout::new::<Payload<Q, F, R>>()).expect("as above");
        (whole.pad_to_align(), payload)
    }

    /// Memory for a block, all of it uninitialised.
    pub(crate) fn allocate(slots: usize) -> Self {
        let (layout, _) = Self::layout(slots);
        Self::from_raw(memory::allocate(layout).cast())
    }

    /// Where the payload is.
    pub(crate) fn payload(self, slots: usize) -> NonNull<Payload<Q, F, R>> {
        let (_, offset) = Self::layout(slots);
        // SAFETY: within the allocation.
        unsafe { self.behavior.byte_add(offset) }.cast()
    }

    /// Gives the memory back, dropping nothing.
    ///
    /// # Safety
    /// The block was allocated for that many slots and is not used any more.
    pub(crate) unsafe fn deallocate(self, slots: usize) {
        let (layout, _) = Self::layout(slots);
        // SAFETY: the layout it was allocated with (caller).
        unsafe { memory::deallocate(self.behavior.cast(), layout) };
    }

    /// How many slots the block was made with.
    ///
    /// # Safety
    /// The block is alive and its behavior is written.
    pub(crate) unsafe fn slots(self) -> usize {
        // SAFETY: alive (caller).
        unsafe { self.behavior.as_ref() }.task.slots()
    }

    /// The stage of a live block.
    ///
    /// # Safety
    /// The block is alive, and written.
    pub(crate) unsafe fn stage(self) -> *mut Stage<F, R> {
        // SAFETY: alive (caller).
        let payload = self.payload(unsafe { self.slots() });
        // SAFETY: alive; makes no reference.
        let stage = unsafe { &raw const (*payload.as_ptr()).stage };
        UnsafeCell::raw_get(stage)
    }

    unsafe fn value(header: NonNull<Header>) -> Result<NonNull<()>, Failure> {
        // SAFETY: this function stands in the table of this type only; alive (caller holds the promise).
        let stage = unsafe { Self::from_raw(header.cast()).stage() };
        // SAFETY: the caller holds the promise; a shared holder only reads here.
        unsafe { &*stage }.value()
    }

    unsafe fn take(header: NonNull<Header>, out: NonNull<()>) {
        // SAFETY: as in `value`.
        let stage = unsafe { Self::from_raw(header.cast()).stage() };
        // SAFETY: the caller holds the promise exclusively.
        let result = unsafe { &mut *stage }.take();
        // SAFETY: `out` is where the joiner of a `Promise<R>` wants its result.
        unsafe { out.cast::<Result<R, Failure>>().write(result) };
    }

    /// For a result that needs no drop: only a failure does.
    unsafe fn inert(header: NonNull<Header>) -> bool {
        // SAFETY: this function stands in the table of this type only; the memory is kept by the weak count.
        let stage = unsafe { Self::from_raw(header.cast()).stage() };
        // SAFETY: the strong count is zero: nobody else uses the stage.
        unsafe { &*stage }.is_inert()
    }

    unsafe fn dispose(header: NonNull<Header>) -> Disposal {
        // SAFETY: this function stands in the table of this type only; the memory is kept by the weak count.
        let stage = unsafe { Self::from_raw(header.cast()).stage() };
        // SAFETY: the strong count is zero: nobody else uses the stage.
        unsafe { &mut *stage }.end();
        Disposal::Done
    }

    unsafe fn free(header: NonNull<Header>) {
        let block = Self::from_raw(header.cast());
        // SAFETY: both counts are zero; the memory is still there.
        let slots = unsafe { block.slots() };
        // SAFETY: the home was taken by `run`, the stage was emptied by `dispose`; nothing else needs a drop.
        unsafe { block.deallocate(slots) };
    }
}

/// Makes the home of an affinity out of what planning has found.
pub(crate) fn home_of<Q: Request>(found: Option<Arc<Home>>) -> <Q::Affinity as Affinity>::Home {
    HomeOf::from_found(found)
}

/// What a behavior's task does when its last cown is granted: sends it where its request set's affinity says.
///
/// # Safety
/// `task` is the task of a block of these types that is ready; it is gone on return.
pub(crate) unsafe fn dispatch_block<Q, F, R>(task: NonNull<Task>, hint: Hint)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let job = Job(task);
    let block = Block::<Q, F, R>::from_raw(Behavior::of(job));
    // SAFETY: ready and not run yet: alive.
    let slots = unsafe { block.slots() };
    // SAFETY: as above.
    let payload = unsafe { block.payload(slots).as_ref() };
    // SAFETY: as above.
    let core = unsafe { block.behavior.as_ref() }.core;
    // SAFETY: the behavior is scheduled and not finished, so its core lives until the job is handed over.
    unsafe { <Q::Affinity as Affinity>::dispatch(&payload.home, core, job, hint) };
}
