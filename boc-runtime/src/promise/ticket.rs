//! Owns: a joiner's place in the queue of a promise.
//! README.md, "Waiting outside of behaviors".

#![expect(unsafe_code, reason = "its slot stands in a promise's queue")]

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::task::Waker;

use crate::behavior;
use crate::later;
use crate::memory::{self, Header};
use crate::queue::{self, Effects, Kind, Queue, Slot, Status};
use crate::sched::Parker;
use crate::sync::{AtomicPtr, AtomicU32, Mutex, Ordering, UnsafeCell};

const IDLE: u32 = 0;
const WAITING: u32 = 1;
const GRANTED: u32 = 2;
const SPENT: u32 = 3;

/// How a joiner is told.
#[derive(Debug)]
pub(super) enum Signal {
    Unpark(Arc<Parker>),
    Wake(Waker),
}

#[repr(C)]
pub(crate) struct Ticket {
    /// First: the queue gives back a pointer to it.
    slot: UnsafeCell<Slot>,
    state: AtomicU32,
    signal: Mutex<Option<Signal>>,
    /// The last slot that its joiner has seen behind this one: README.md, "Coming back". Null: the joiner has not seen this
    /// slot at the end of the queue. Only the joiner uses it.
    seen: AtomicPtr<Slot>,
}

// SAFETY: `state`, `signal` and `seen` are `Send` and `Sync`. The slot is written in `enter`, before the
// queue knows it; from then on its `cown` is only read, and its status is atomic. So the granting
// thread, which reads the slot through the queue, and the joiner, which releases it, write nothing
// else.
unsafe impl Send for Ticket {}
// SAFETY: as above: no method gives a `&mut` to the slot.
unsafe impl Sync for Ticket {}

impl Ticket {
    /// Enters the queue of a promise and begins to wait.
    ///
    /// # Safety
    /// `promise` is alive during the call.
    pub(super) unsafe fn enter(promise: NonNull<Header>, signal: Signal) -> Arc<Ticket> {
        let ticket = Arc::new(Ticket {
            slot: UnsafeCell::new(Slot::new(promise.cast(), false, Kind::Joiner)),
            state: AtomicU32::new(WAITING),
            signal: Mutex::new(Some(signal)),
            seen: AtomicPtr::new(ptr::null_mut()),
        });
        // The queue's count; `granted` takes it over.
        let raw = Arc::into_raw(Arc::clone(&ticket)).cast_mut();
        // SAFETY: from an `Arc`: not null. The slot is the first field (`repr(C)`), and the pointer
        // is good for the whole ticket.
        let slot = unsafe { NonNull::new_unchecked(raw.cast::<Slot>()) };
        let _scope = later::Scope::new();
        // A joiner is no behavior: no worker brings it to give the promise up.
        // SAFETY: alive (caller).
        unsafe { promise.as_ref() }.queue.users().note_stranger();
        // SAFETY: the only slot of its owner, entered once; the queue's count keeps it until it is
        // granted (INV-1); the promise is alive (caller).
        unsafe { queue::enter_single(slot, &mut EnteringTicket) };
        ticket
    }

    /// For a joiner that may come back: notes if this ticket is the last in the queue.
    ///
    /// # Safety
    /// `promise` is the one whose queue this ticket has entered, and alive during the call.
    pub(super) unsafe fn may_come_back(&self, promise: NonNull<Header>) {
        // SAFETY: alive (caller).
        self.note_if_last(&unsafe { promise.as_ref() }.queue, self.slot());
    }

    /// Begins to wait once more, if a new place in the queue would be no other: README.md, "Coming back". `false`: take a
    /// new place; this one is given up.
    ///
    /// # Safety
    /// `promise` is the one whose queue this ticket has entered, and alive during the call. The ticket is idle or spent.
    #[must_use]
    pub(super) unsafe fn wait_again(&self, promise: NonNull<Header>, signal: Signal) -> bool {
        self.set_signal(signal);
        // Release: pairs with the Acquire of the grant, which reads `signal` (and the lock orders that too).
        let waiting = self.state.compare_exchange(IDLE, WAITING, Ordering::Release, Ordering::Relaxed);
        debug_assert!(matches!(waiting, Ok(_) | Err(SPENT)), "{waiting:?}");
        if waiting.is_err() {
            return false;
        }
        // SAFETY: alive (caller).
        let queue = &unsafe { promise.as_ref() }.queue;
        // SAFETY: it waits since the exchange above, or has been granted meanwhile: not released.
        let is_last = unsafe { self.is_last_but_for_joiners(queue) };
        if !is_last {
            // SAFETY: as above.
            unsafe { self.leave() };
        }
        is_last
    }

    /// Notes that `slot` is at the end of the queue, and settled (`queue/README.md`, part 2), if it is.
    fn note_if_last(&self, queue: &Queue, slot: NonNull<Slot>) -> bool {
        let is_last = queue.is_led_alone_by(slot.cast::<Status>());
        if is_last {
            // Relaxed: only the joiner reads it.
            self.seen.store(slot.as_ptr(), Ordering::Relaxed);
        }
        is_last
    }

    /// Whether only joiners stand behind this ticket: README.md, "Coming back".
    ///
    /// # Safety
    /// `queue` is the ticket's, and alive. The ticket waits, or is granted, and is not released during the call.
    unsafe fn is_last_but_for_joiners(&self, queue: &Queue) -> bool {
        // Relaxed: written by the joiner.
        let Some(mut last) = NonNull::new(self.seen.load(Ordering::Relaxed)) else {
            return self.note_if_last(queue, self.slot());
        };
        while !self.note_if_last(queue, last) {
            // SAFETY: `last` is this ticket's slot, or stands behind it; this ticket's request is exclusive and not
            // released (caller), so no slot behind it is granted, and all of them live (INV-1). A slot starts with its
            // status.
            let status = unsafe { last.cast::<Status>().as_ref() };
            match status.read().next_writer() {
                // SAFETY: linked behind `last`, so it is initialised (edge E3), and lives as above.
                Some(next) if unsafe { next.as_ref() }.kind() == Kind::Joiner => last = next,
                _ => return false,
            }
        }
        true
    }

    /// Gives the place up: the grant passes the promise on when it comes, or, if it has come, this does.
    ///
    /// # Safety
    /// The ticket waits, or is granted and not released. Its joiner waits no more, and takes no result.
    pub(super) unsafe fn leave(&self) {
        if !self.stop_waiting() {
            // SAFETY: granted, for it could not stop waiting; this is the only release (caller).
            unsafe { self.release() };
        }
    }

    /// Replaces what the grant does to the joiner. Ask [`is_granted`](Ticket::is_granted) afterwards: the grant may have
    /// come before, and found the old one.
    pub(super) fn set_signal(&self, signal: Signal) {
        let old = self.signal.lock().replace(signal);
        // A waker's destructor is foreign code: not under the lock.
        drop(old);
    }

    pub(super) fn is_granted(&self) -> bool {
        // Acquire: pairs with the Release of the grant: the result is written.
        self.state.load(Ordering::Acquire) == GRANTED
    }

    /// Gives up waiting. `false`: too late, the promise is granted.
    #[must_use]
    pub(super) fn stop_waiting(&self) -> bool {
        // Acquire on failure: as in `is_granted`.
        self.state.compare_exchange(WAITING, IDLE, Ordering::Relaxed, Ordering::Acquire).is_ok()
    }

    /// Drops what would have woken a task, which may be what keeps that alive. After
    /// [`stop_waiting`](Ticket::stop_waiting): the grant does not look for it any more.
    pub(super) fn drop_signal(&self) {
        let signal = self.signal.lock().take();
        // Foreign code: not under the lock.
        drop(signal);
    }

    /// Gives the promise up after a grant.
    ///
    /// # Safety
    /// The ticket is granted; called once.
    pub(crate) unsafe fn release(&self) {
        // SAFETY: granted, and released once (caller). `&self` comes from a count of the joiner's,
        // or of the list that passes a spent ticket on, which outlives the call (INV-1).
        unsafe { behavior::release_slot(self.slot()) };
    }

    fn slot(&self) -> NonNull<Slot> {
        NonNull::new(self.slot.get()).expect("a field has an address")
    }

    /// The queue grants the promise.
    ///
    /// # Safety
    /// `slot` is a ticket's, granted just now.
    pub(crate) unsafe fn granted(slot: NonNull<Slot>) {
        // SAFETY: the queue's count, made in `enter` and taken over here, once: a slot is granted
        // once. The slot is the ticket's first field, and the queue kept the pointer that `enter`
        // gave it.
        unsafe { Arc::from_raw(slot.as_ptr().cast::<Ticket>().cast_const()) }.grant();
    }

    fn grant(self: Arc<Ticket>) {
        loop {
            // AcqRel: Release for the joiner, which reads the result; Acquire for `signal`.
            if self.state.compare_exchange(WAITING, GRANTED, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                let signal = self.signal.lock().take();
                match signal.expect("a waiting joiner has left its signal") {
                    Signal::Unpark(parker) => parker.unpark(),
                    // Foreign code: not while cowns are being released.
                    Signal::Wake(waker) => later::wake(waker),
                }
                return;
            }
            // Relaxed: nothing is read on the strength of it; the pass-on is ordered by the queue.
            if self.state.compare_exchange(IDLE, SPENT, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                later::pass_on(self);
                return;
            }
        }
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state.load(Ordering::Relaxed) {
            IDLE => "Idle",
            WAITING => "Waiting",
            GRANTED => "Granted",
            _ => "Spent",
        };
        f.debug_tuple("Ticket").field(&state).finish()
    }
}

struct EnteringTicket;

impl Effects for EnteringTicket {
    fn granted(&mut self, slot: NonNull<Slot>) {
        // SAFETY: granted just now, and a ticket's: only `enter` enters with these effects.
        unsafe { Ticket::granted(slot) };
    }

    fn activated(&mut self, cown: NonNull<Queue>) {
        // SAFETY: the promise is alive while `enter` runs (its caller).
        unsafe { memory::retain(Header::of(cown)) };
    }

    fn idle(&mut self, _: NonNull<Queue>) {
        unreachable!("entering leaves no queue");
    }
}
