//! Owns: [`Cown`], the guards that bodies get, and [`Handle`], a handle made from a guard.

#![expect(unsafe_code, reason = "the value lies behind a queue, not behind a lock of the language")]

mod guard;
mod handle;
mod weak;

use std::fmt;
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ptr::NonNull;

use crate::failure::Failure;
use crate::memory::{self, Disposal, Header, HeaderRef, Invariant, Table, identity};
use crate::queue::{Queue, Users};
use crate::sync::UnsafeCell;

pub use guard::{Acquired, AcquiredRead};
pub use handle::Handle;
pub use weak::WeakCown;

/// A concurrent owner: shared data that behaviors request, and that nobody touches otherwise.
///
/// A `Cown` is a handle: cloning it is cheap and gives another handle of the same cown. Handles
/// compare, hash and order by identity. The value is reached in a behavior's body, through the
/// guard that the request gives; when the last handle is left and no behavior wants the cown,
/// [`try_into_inner`](Cown::try_into_inner) takes it out.
///
/// From "When Concurrency Matters: Behaviour-Oriented Concurrency" (OOPSLA 2023), after `cown_ptr` of Verona.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, when};
///
/// let account = Cown::new(100);
/// when(&account, |mut balance| *balance -= 30);
/// let left = when(&account, |balance| *balance);
/// assert_eq!(left.join().unwrap(), 70);
/// ```
///
/// A value that must stay on one thread does not go in here, but in a [`PinnedCown`](crate::PinnedCown):
///
/// ```compile_fail,E0277
/// # extern crate boc_runtime as boc;
/// let shared = boc::Cown::new(std::rc::Rc::new(1)); // `Rc` is not `Send`
/// ```
pub struct Cown<T> {
    block: NonNull<CownBlock<T>>,
    /// Invariant in `T`: a request of the handle may write the value.
    _value: Invariant<T>,
}

/// What can live in a [`Cown`]: everything that is `Send` and owned. It only exists for its error message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent between threads, so it cannot live in a `Cown`",
    label = "is not `Send`",
    note = "behaviors run on many threads; what has to stay on one goes into a pinned cown: `PinnedCown::new(&main, value)`",
    note = "or use the thread-safe kind: `Arc` for `Rc`, `Mutex` or an atomic for `RefCell` and `Cell`"
)]
pub trait Sendable: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> Sendable for T {}

#[repr(C)]
struct CownBlock<T> {
    header: Header,
    value: UnsafeCell<T>,
}

// SAFETY: a handle gives access to the value only inside of bodies, exclusively (needs `T: Send`, which `Cown::new`
// demands) or shared (needs `T: Sync`, which the shared request demands). The value is dropped by whoever drops the
// last handle, which `T: Send` allows.
unsafe impl<T: Send> Send for Cown<T> {}
// SAFETY: as above; `&Cown` allows no more than a clone of the handle does.
unsafe impl<T: Send> Sync for Cown<T> {}

impl<T> std::panic::UnwindSafe for Cown<T> {}
impl<T> std::panic::RefUnwindSafe for Cown<T> {}

impl<T: Send + 'static> Cown<T> {
    const TABLE: Table = Table {
        pinned: false,
        weak: true,
        core: None,
        cancel: None,
        type_name: std::any::type_name::<Cown<T>>,
        value: value::<T>,
        take: never_taken,
        inert: if std::mem::needs_drop::<T>() { None } else { Some(always_inert) },
        dispose: dispose::<T>,
        free: free::<T>,
    };

    /// The block of a new cown.
    fn allocate(value: T) -> Cown<T> {
        let header = Header::new(&Self::TABLE, Queue::idle(Users::none()), 1, 1);
        let block = memory::put(CownBlock { header, value: UnsafeCell::new(value) });
        // SAFETY: made just now.
        memory::note(unsafe { HeaderRef::new(block.cast()) });
        Cown { block, _value: PhantomData }
    }

    fn allocate_cyclic(make: impl FnOnce(&WeakCown<T>) -> T) -> Cown<T> {
        // No strong count, as long as there is no value; the weak one of the strong handles to be.
        let header = Header::new(&Self::TABLE, Queue::idle(Users::none()), 0, 1);
        let block = memory::put(CownBlock { header, value: UnsafeCell::new(MaybeUninit::<T>::uninit()) });
        let block = block.cast::<CownBlock<T>>();
        // SAFETY: that count. If `make` panics it goes with this, and the memory with the last one:
        // `free` drops no value.
        let weak = unsafe { WeakCown::<T>::adopt(block.cast()) };
        let value = make(&weak);
        // SAFETY: `weak` keeps the memory.
        let place = unsafe { Cown::<T>::value_of(block.cast()) };
        // SAFETY: no other thread touches it, without a strong count; there is nothing to be
        // dropped.
        unsafe { place.write(value) };
        // SAFETY: as above.
        let header = unsafe { HeaderRef::new(block.cast()) };
        header.get().first_strong();
        weak.into_count();
        memory::note(header);
        Cown { block, _value: PhantomData }
    }
}

impl<T: 'static> Cown<T> {
    /// Wraps a value, which has to be [`Send`]. May be called from any thread, and from inside a body.
    pub fn new(value: T) -> Cown<T>
    where
        T: Sendable,
    {
        Cown::allocate(value)
    }

    /// Wraps a value that holds a weak handle of its own cown, as
    /// [`Arc::new_cyclic`](std::sync::Arc::new_cyclic) does: with it a body can schedule on the
    /// cown that it holds, or hand it to others, and keeps nothing alive.
    ///
    /// Until `make` has returned there is no value, so the weak handle cannot be upgraded, by any
    /// thread, and nothing can be requested. If `make` panics nothing is left: clones of the weak
    /// handle can never be upgraded.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, WeakCown, quiesce, when};
    ///
    /// struct Clock {
    ///     this: WeakCown<Clock>,
    ///     ticks: u32,
    /// }
    ///
    /// impl Clock {
    ///     fn tick(&mut self) {
    ///         self.ticks += 1;
    ///         if let Some(this) = self.this.upgrade().filter(|_| self.ticks < 3) {
    ///             when(&this, |mut clock| clock.tick());
    ///         }
    ///     }
    /// }
    ///
    /// let clock = Cown::new_cyclic(|this| Clock { this: this.clone(), ticks: 0 });
    /// when(&clock, |mut clock| clock.tick());
    /// quiesce();
    /// assert_eq!(clock.try_into_inner().map(|clock| clock.ticks).ok(), Some(3));
    /// ```
    pub fn new_cyclic(make: impl FnOnce(&WeakCown<T>) -> T) -> Cown<T>
    where
        T: Sendable,
    {
        Cown::allocate_cyclic(make)
    }
}

impl<T: Send + 'static> Cown<T> {
    /// A handle that does not keep the value alive. See [`new_cyclic`](Cown::new_cyclic) for a
    /// value that has one of itself.
    pub fn downgrade(&self) -> WeakCown<T> {
        WeakCown::of(self)
    }

    /// The value, if this is the only handle and no behavior requests or holds the cown. Weak
    /// handles do not count.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, quiesce, when};
    ///
    /// let cown = Cown::new(vec![1]);
    /// when(&cown, |mut list| list.push(2));
    /// quiesce();
    /// assert_eq!(cown.try_into_inner().unwrap(), [1, 2]);
    /// ```
    ///
    /// # Errors
    ///
    /// The handle itself otherwise.
    pub fn try_into_inner(self) -> Result<T, Cown<T>> {
        // SAFETY: this handle keeps the block alive.
        if !unsafe { self.header().as_ref() }.try_claim_last() {
            return Err(self);
        }
        let header = ManuallyDrop::new(self).header();
        // SAFETY: the weak count of the strong handles is ours and keeps the memory.
        let value = unsafe { Cown::<T>::value_of(header) };
        // SAFETY: the strong count was ours alone: nobody uses the value or will, and it is not dropped in the block.
        let value = unsafe { value.read() };
        // SAFETY: the weak count of the strong handles.
        unsafe { memory::release_weak(header) };
        Ok(value)
    }
}

impl<T> Cown<T> {
    pub(crate) fn header(&self) -> NonNull<Header> {
        self.block.cast()
    }

    /// The value of a cown whose header this is.
    ///
    /// # Safety
    /// `header` heads the block of a `Cown<T>` that is alive.
    pub(crate) unsafe fn value_of(header: NonNull<Header>) -> NonNull<T> {
        let block = header.cast::<CownBlock<T>>();
        // SAFETY: the caller's duty; `raw_get` makes no reference.
        let cell = unsafe { &raw const (*block.as_ptr()).value };
        // SAFETY: a field of a live block is not null.
        unsafe { NonNull::new_unchecked(UnsafeCell::raw_get(cell)) }
    }
}

unsafe fn value<T>(header: NonNull<Header>) -> Result<NonNull<()>, Failure> {
    // SAFETY: this function stands in the table of `Cown<T>` only.
    Ok(unsafe { Cown::<T>::value_of(header) }.cast())
}

/// In the tables of cowns that are no promises.
pub(crate) unsafe fn never_taken(_: NonNull<Header>, _: NonNull<()>) {
    unreachable!("only a promise is joined");
}

unsafe fn always_inert(_: NonNull<Header>) -> bool {
    true
}

unsafe fn dispose<T>(header: NonNull<Header>) -> Disposal {
    // SAFETY: this function stands in the table of `Cown<T>` only.
    let value = unsafe { Cown::<T>::value_of(header) };
    // SAFETY: the strong count is zero: nobody uses the value, and it is dropped once.
    unsafe { value.drop_in_place() };
    Disposal::Done
}

unsafe fn free<T>(header: NonNull<Header>) {
    let block = header.cast::<CownBlock<ManuallyDrop<T>>>();
    // SAFETY: put in `allocate` (`ManuallyDrop` keeps the layout); both counts are zero, the value is gone.
    unsafe { memory::free(block) };
}

impl<T> Clone for Cown<T> {
    fn clone(&self) -> Cown<T> {
        // SAFETY: this handle keeps the block alive.
        unsafe { memory::retain(self.header()) };
        Cown { block: self.block, _value: PhantomData }
    }
}

impl<T> Drop for Cown<T> {
    fn drop(&mut self) {
        // SAFETY: every handle owns one strong count.
        unsafe { memory::release(self.header()) };
    }
}

identity!(Cown, |this| this.block);

impl<T> fmt::Debug for Cown<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cown<{}>({:p})", std::any::type_name::<T>(), self.block)
    }
}

impl<T: Send + Default + 'static> Default for Cown<T> {
    fn default() -> Cown<T> {
        Cown::new(T::default())
    }
}

impl<T: Send + 'static> From<T> for Cown<T> {
    fn from(value: T) -> Cown<T> {
        Cown::new(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const fn send_sync<T: Send + Sync>() {}
    // `Cell` is `Send` and not `Sync`, and `Send` is enough.
    const _: () = send_sync::<Cown<Cell<u8>>>();

    #[test]
    fn handles_are_one_cown() {
        let one = Cown::new(1);
        let same = one.clone();
        let other = Cown::new(1);
        assert_eq!(one, same);
        assert_ne!(one, other);
        assert!(format!("{one:?}").starts_with("Cown<i32>(0x"));
    }
}
