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
use crate::queue::{Kind, Slot, Status};
use crate::request::{Affinity, FlagRef, HomeOf, Request};
use crate::runtime::ScopeState;
use crate::sched::Core;
use crate::sync::UnsafeCell;

use super::count_down::CountDown;
use super::grant::{Hint, Job};
use super::held;
use super::run::{self, Cancel, Ran};
use super::stage::Stage;
use super::waitlist;

/// The part of a block that does not depend on its types.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Behavior {
    pub(crate) promised: Promised,
    /// Alive while the behavior is counted as scheduled and not finished: see `sched/README.md`,
    /// part 4.
    pub(crate) core: NonNull<Core>,
    pub(crate) place: &'static Location<'static>,
    /// Taken by `finish`.
    pub(crate) scope: Option<Arc<ScopeState>>,
    /// Not used if there is one slot.
    pending: CountDown,
    slots: u32,
}

/// One of several slots of a behavior. A behavior with one has a bare [`Slot`], whose place tells whose it is.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct SlotOfMany {
    pub(crate) slot: Slot,
    pub(crate) behavior: NonNull<Behavior>,
}

/// The table of a behavior's promise, with what only a behavior needs.
#[repr(C)]
pub(crate) struct BehaviorTable {
    pub(crate) promise: Table,
    payload: Layout,
    /// That of the block, if all of this type have as many slots.
    block: Option<Layout>,
    /// Whether nothing in a result has to be dropped.
    pub(super) plain: bool,
    pub(crate) dispatch: unsafe fn(NonNull<Behavior>, Hint<'_>),
    /// Where `dispatch` holds the behavior back: what it does afterwards.
    pub(super) dispatch_now: unsafe fn(NonNull<Behavior>, Hint<'_>),
    /// The same table, but that `dispatch` holds the behavior back: `held`.
    pub(super) held: Option<&'static BehaviorTable>,
    pub(crate) execute: unsafe fn(NonNull<Behavior>) -> Ran,
    pub(crate) cancel: unsafe fn(NonNull<Behavior>, Cancel<'_>),
    /// Fails a behavior whose body has ended, and which is not finished.
    pub(super) fail: unsafe fn(NonNull<Behavior>, Failure),
    /// Where the behavior will run, unless that is any worker. It is not begun and not cancelled.
    pub(super) home: unsafe fn(NonNull<Behavior>) -> Option<NonNull<Home>>,
    /// The table that a behavior gets when it is cancelled; `None`: this is one.
    pub(super) cancelled: Option<&'static BehaviorTable>,
    /// The flag of the `Cancel` that may skip it. The behavior is alive.
    pub(super) flag: unsafe fn(NonNull<Behavior>) -> Option<FlagRef>,
}

impl Behavior {
    #[inline]
    pub(super) fn new(
        promised: Promised,
        core: NonNull<Core>,
        place: &'static Location<'static>,
        slots: u32,
    ) -> Behavior {
        Behavior { promised, core, place, scope: None, pending: CountDown::new(slots), slots }
    }

    /// # Safety
    /// `behavior` is alive.
    #[inline]
    pub(crate) unsafe fn table(behavior: NonNull<Behavior>) -> &'static BehaviorTable {
        // SAFETY: alive (caller).
        let table: *const Table = unsafe { behavior.as_ref() }.promised.header.table();
        // SAFETY: the table in a behavior's header starts a `BehaviorTable` (see `Block::TABLE`).
        unsafe { &*table.cast::<BehaviorTable>() }
    }

    /// How many slots there are.
    #[inline]
    pub(super) fn slots(&self) -> usize {
        self.slots as usize
    }

    #[inline]
    pub(super) fn pending(&self) -> &CountDown {
        &self.pending
    }

    /// Takes off what is not going to be granted: repeated shared slots. Nobody else knows the behavior yet.
    pub(super) fn expect_fewer(&mut self, repeated: u32) {
        self.pending = CountDown::new(self.slots - repeated);
    }

    #[inline]
    pub(crate) fn producer_of(behavior: NonNull<Behavior>) -> NonNull<Status> {
        // SAFETY: within the block.
        unsafe { behavior.byte_add(std::mem::offset_of!(Behavior, promised.producer)) }.cast()
    }

    /// The first slot.
    #[inline]
    pub(crate) fn slots_of(behavior: NonNull<Behavior>) -> NonNull<Slot> {
        // SAFETY: the slots follow the behavior; an empty array has that address too.
        unsafe { behavior.add(1) }.cast()
    }

    /// The slot of this number.
    ///
    /// # Safety
    /// The behavior has more slots than `index`.
    #[inline]
    pub(crate) unsafe fn slot(behavior: NonNull<Behavior>, index: usize) -> NonNull<Slot> {
        // SAFETY: within the slots (caller); for the only one the offset is 0.
        unsafe { Self::slots_of(behavior).cast::<SlotOfMany>().add(index) }.cast()
    }

    /// The behavior whose only slot this is.
    ///
    /// # Safety
    /// The slot is of the kind `Alone`.
    #[inline]
    pub(crate) unsafe fn of_slot(slot: NonNull<Slot>) -> NonNull<Behavior> {
        // SAFETY: it follows its behavior.
        unsafe { slot.cast::<Behavior>().sub(1) }
    }

    /// The kind of the slots of a behavior with so many.
    #[inline]
    pub(crate) fn kind_of_slots(slots: usize) -> Kind {
        if slots == 1 { Kind::Alone } else { Kind::Many }
    }

    /// How many bytes so many slots need.
    #[inline]
    const fn size_of_slots(slots: usize) -> usize {
        if slots == 1 {
            return size_of::<Slot>();
        }
        slots.checked_mul(size_of::<SlotOfMany>()).expect(TOO_LARGE)
    }

    /// The layout of a block with so many slots, and where its payload is: behind them.
    #[inline]
    const fn layout(slots: usize, payload: Layout) -> (Layout, usize) {
        let head = size_of::<Behavior>().checked_add(Behavior::size_of_slots(slots)).expect(TOO_LARGE);
        let Ok(head) = Layout::from_size_align(head, align_of::<Behavior>()) else { panic!("{}", TOO_LARGE) };
        let Ok((block, payload)) = head.extend(payload) else { panic!("{}", TOO_LARGE) };
        (block.pad_to_align(), payload)
    }

    /// From now on the behavior is held back when it is dispatched.
    ///
    /// # Safety
    /// The part of the block before the slots is written, and no other thread knows the behavior.
    pub(super) unsafe fn hold_back(behavior: NonNull<Behavior>) {
        // SAFETY: written (caller).
        let table = unsafe { Self::table(behavior) };
        let held = table.held.unwrap_or(table);
        // SAFETY: no other thread knows it (caller).
        unsafe { behavior.as_ref() }.promised.header.set_table(&held.promise);
    }

    /// Takes the scope out. It is taken once, when the behavior ends.
    ///
    /// # Safety
    /// The block is there; it was not taken before.
    #[inline]
    pub(super) unsafe fn take_scope(behavior: NonNull<Behavior>) -> Option<Arc<ScopeState>> {
        // SAFETY: there (caller); makes no reference.
        let scope = unsafe { &raw const (*behavior.as_ptr()).scope };
        // SAFETY: moved out once (caller); nothing drops it in the block.
        unsafe { scope.read() }
    }

    /// Frees a block.
    ///
    /// # Safety
    /// Nothing in it needs a drop, and nobody uses it any more.
    #[inline(always)]
    pub(super) unsafe fn deallocate(behavior: NonNull<Behavior>) {
        // SAFETY: still there.
        let table = unsafe { Self::table(behavior) };
        // SAFETY: as above.
        let slots = unsafe { behavior.as_ref() }.slots();
        let layout = table.block.unwrap_or_else(|| Self::layout(slots, table.payload).0);
        // SAFETY: the layout it was allocated with.
        unsafe { memory::deallocate(behavior.cast(), layout) };
    }
}

const TOO_LARGE: &str = "a behavior fits in memory";

const _: () = assert!(align_of::<SlotOfMany>() <= align_of::<Behavior>());
// A word more makes a block 16 bytes larger.
#[cfg(all(target_pointer_width = "64", not(any(loom, shuttle))))]
const _: () = assert!(size_of::<Header>() == 40 && size_of::<Behavior>() == 80);

/// The part that does.
pub(crate) struct Payload<Q: Request, F, R> {
    pub(crate) plan: Q::Plan,
    pub(crate) home: <Q::Affinity as Affinity>::Home,
    pub(crate) stage: UnsafeCell<Stage<F, R>>,
}

/// A behavior's block with its types.
pub(crate) struct Block<Q, F, R> {
    pub(crate) behavior: NonNull<Behavior>,
    /// Never given out: which block has which types is decided where it is made, by its table.
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
    const PAYLOAD: Layout = Layout::new::<Payload<Q, F, R>>();

    pub(crate) const TABLE: BehaviorTable = BehaviorTable {
        execute: run::execute_block::<Q, F, R>,
        held: Some(&Self::HELD),
        cancelled: Some(&Self::CANCELLED),
        ..Self::CANCELLED
    };

    /// That of a behavior that is held back.
    const HELD: BehaviorTable = BehaviorTable {
        dispatch: held::dispatch,
        execute: run::execute_block::<Q, F, R>,
        cancelled: Some(&Self::CANCELLED),
        ..Self::CANCELLED
    };

    /// That of a behavior whose promise was cancelled: its body is not called. It need not be held back.
    const CANCELLED: BehaviorTable = BehaviorTable {
        promise: Table {
            pinned: false,
            weak: false,
            core: Some(core_of),
            cancel: Some(waitlist::cancel_promise),
            type_name: std::any::type_name::<Promise<R>>,
            value: Self::value,
            take: Self::take,
            inert: if needs_drop::<R>() { None } else { Some(Self::inert) },
            dispose: Self::dispose,
            free: free_block,
        },
        payload: Self::PAYLOAD,
        block: match Q::SLOTS {
            Some(slots) => Some(Behavior::layout(slots, Self::PAYLOAD).0),
            None => None,
        },
        plain: !needs_drop::<R>(),
        dispatch: dispatch_block::<Q, F, R>,
        dispatch_now: dispatch_block::<Q, F, R>,
        held: None,
        execute: run::skip,
        cancel: run::cancel_block::<Q, F, R>,
        fail: run::fail_block::<Q, F, R>,
        home: Self::home,
        cancelled: None,
        flag: Self::flag,
    };

    /// A block of these types that starts at `behavior`.
    #[inline]
    pub(crate) fn from_raw(behavior: NonNull<Behavior>) -> Self {
        Block { behavior, types: PhantomData }
    }

    /// Memory for a block, all of it uninitialised.
    #[inline]
    pub(crate) fn allocate(slots: usize) -> Self {
        Self::from_raw(memory::allocate(Behavior::layout(slots, Self::PAYLOAD).0).cast())
    }

    /// Where the payload is.
    #[inline]
    pub(crate) fn payload(self, slots: usize) -> NonNull<Payload<Q, F, R>> {
        // SAFETY: within the allocation.
        unsafe { self.behavior.byte_add(Behavior::layout(slots, Self::PAYLOAD).1) }.cast()
    }

    /// How many slots the block was made with.
    ///
    /// # Safety
    /// The block is alive and its behavior is written.
    #[inline]
    pub(crate) unsafe fn slots(self) -> usize {
        match Q::SLOTS {
            Some(slots) => slots,
            // SAFETY: alive (caller).
            None => unsafe { self.behavior.as_ref() }.slots(),
        }
    }

    /// The stage of a live block.
    ///
    /// # Safety
    /// The block is alive, and written.
    #[inline]
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

    unsafe fn home(behavior: NonNull<Behavior>) -> Option<NonNull<Home>> {
        let block = Self::from_raw(behavior);
        // SAFETY: this function stands in the table of this type only; alive (caller).
        let slots = unsafe { block.slots() };
        // SAFETY: as above; not begun, so the home is there.
        let home = unsafe { &(*block.payload(slots).as_ptr()).home };
        home.found()
    }

    unsafe fn flag(behavior: NonNull<Behavior>) -> Option<FlagRef> {
        let block = Self::from_raw(behavior);
        // SAFETY: this function stands in the table of this type only; alive (caller).
        let slots = unsafe { block.slots() };
        // SAFETY: as above; a plan is written once, when the behavior is made, and never dropped.
        Q::flag(unsafe { &(*block.payload(slots).as_ptr()).plan })
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
        // SAFETY: the memory is there, as above.
        let place = unsafe { header.cast::<Behavior>().as_ref() }.place;
        // SAFETY: the strong count is zero: nobody else uses the stage.
        unsafe { &mut *stage }.end(Some(place));
        Disposal::Done
    }
}

/// Frees a block of any types.
///
/// # Safety
/// As `Table::free`, for the header of a behavior.
unsafe fn free_block(header: NonNull<Header>) {
    // SAFETY: both counts are zero, but the memory is still there. The home was taken by `run`, the stage was emptied by
    // `dispose`; nothing else needs a drop.
    unsafe { Behavior::deallocate(header.cast()) };
}

/// The core of a promise's behavior, which may be gone.
///
/// # Safety
/// `header` heads a behavior's block that is alive.
unsafe fn core_of(header: NonNull<Header>) -> *const () {
    // SAFETY: this function stands in the tables of behaviors only; alive (caller).
    unsafe { header.cast::<Behavior>().as_ref() }.core.as_ptr().cast_const().cast()
}

/// Makes the home of an affinity out of what planning has found.
pub(crate) fn home_of<Q: Request>(found: Option<Arc<Home>>) -> <Q::Affinity as Affinity>::Home {
    HomeOf::from_found(found)
}

/// What a behavior does when its last cown is granted: goes where its request set's affinity says.
///
/// # Safety
/// `behavior` starts a block of these types that is ready; it may be gone on return.
unsafe fn dispatch_block<Q, F, R>(behavior: NonNull<Behavior>, hint: Hint<'_>)
where
    Q: Request,
    F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send,
    R: Send + 'static,
{
    let job = Job(behavior);
    let block = Block::<Q, F, R>::from_raw(behavior);
    // SAFETY: ready and not run yet: alive.
    let slots = unsafe { block.slots() };
    // SAFETY: as above.
    let payload = unsafe { block.payload(slots).as_ref() };
    // SAFETY: as above.
    let core = unsafe { block.behavior.as_ref() }.core;
    // SAFETY: the behavior is scheduled and not finished, so its core lives until the job is handed over.
    unsafe { <Q::Affinity as Affinity>::dispatch(&payload.home, core, job, hint) };
}
