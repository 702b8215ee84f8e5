//! Owns: what must not happen now: user code while queues are being changed, and recursion along chains.
//!
//! Five things can follow from releasing a cown or dropping a handle that run user code or release more: a value
//! dies, a behavior is cancelled, an async task or a host's event loop is woken, a spent ticket passes its promise on. Each may cause the next, a million deep. Inside
//! a [`Scope`] they are put on a list of this thread, and the outermost scope works the list off in a loop when it ends.

#![expect(unsafe_code, reason = "disposes of blocks whose counts have reached zero, cancels jobs")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::ptr::NonNull;
use std::sync::Arc;
use std::task::Waker;

use crate::behavior::{self, Given, Job};
use crate::memory::{Disposal, Header, release_weak};
use crate::pinned::Home;
use crate::promise::Ticket;
use crate::queue::Slot;
use crate::sched;
use crate::sync::thread_local;
use crate::unwind::{self, Payload};

enum Item {
    Dispose(NonNull<Header>),
    Cancel(Job),
    PassOn(Arc<Ticket>),
    Wake(Waker),
    WakeHook(Arc<Home>),
    EndEarly(Given),
    LetGo(NonNull<Slot>),
}

struct Here {
    /// How many scopes the thread is in.
    depth: Cell<usize>,
    /// Whether anything is on the list.
    any: Cell<bool>,
}

thread_local! {
    // No destructor here, so this outlives every other thread-local.
    static HERE: Here = const { Here { depth: Cell::new(0), any: Cell::new(false) } };
    static ITEMS: RefCell<VecDeque<Item>> = const { RefCell::new(VecDeque::new()) };
}

/// Everything that is put off happens when the outermost of these ends; panics in it are contained.
#[derive(Debug)]
pub(crate) struct Scope(());

impl Scope {
    #[inline]
    pub(crate) fn new() -> Scope {
        HERE.with(|here| here.depth.set(here.depth.get() + 1));
        Scope(())
    }
}

impl Drop for Scope {
    #[inline]
    fn drop(&mut self) {
        HERE.with(|here| {
            if here.depth.get() == 1
                && here.any.get()
                && let Some(payload) = work_off()
            {
                unwind::discard(payload);
            }
            here.depth.set(here.depth.get() - 1);
        });
    }
}

/// Drops the value of a block: put off inside a scope, at once outside; there its panic goes on.
///
/// # Safety
/// The strong count is zero, and the caller took it there.
pub(crate) unsafe fn dispose(header: NonNull<Header>) {
    // SAFETY: the strong handles' weak count keeps the memory.
    let table = unsafe { header.as_ref() }.table;
    // SAFETY: the strong count is zero: nobody else looks at the value.
    if table.inert.is_some_and(|inert| unsafe { inert(header) }) {
        // SAFETY: the strong handles' weak count.
        return unsafe { release_weak(header) };
    }
    if HERE.with(|here| here.depth.get()) != 0 {
        return put_off(Item::Dispose(header));
    }
    HERE.with(|here| here.depth.set(1));
    let first = carry_out(Item::Dispose(header));
    let rest = if HERE.with(|here| here.any.get()) { work_off() } else { None };
    HERE.with(|here| here.depth.set(0));
    let panicked = match (first, rest) {
        (Some(first), rest) => {
            rest.into_iter().for_each(unwind::discard);
            Some(first)
        }
        (None, rest) => rest,
    };
    // A handle dropped by user code: a panicking destructor of the value panics there, as with `Arc`.
    match panicked {
        Some(payload) if std::thread::panicking() => unwind::discard(payload),
        Some(payload) => std::panic::resume_unwind(payload),
        None => {}
    }
}

/// Cancels a behavior.
///
/// # Safety
/// As `behavior::cancel`, but that the core is held here.
pub(crate) unsafe fn cancel(job: Job) {
    let _scope = Scope::new();
    put_off(Item::Cancel(job));
}

/// Releases the slot of a spent ticket.
pub(crate) fn pass_on(ticket: Arc<Ticket>) {
    let _scope = Scope::new();
    put_off(Item::PassOn(ticket));
}

/// Wakes an async task.
pub(crate) fn wake(waker: Waker) {
    let _scope = Scope::new();
    put_off(Item::Wake(waker));
}

/// Calls the wake hook of a pinning thread.
pub(crate) fn call_wake_hook(home: Arc<Home>) {
    let _scope = Scope::new();
    put_off(Item::WakeHook(home));
}

/// Ends a behavior that was given up.
pub(crate) fn end_early(given: Given) {
    let _scope = Scope::new();
    put_off(Item::EndEarly(given));
}

/// Releases a slot of such a behavior.
pub(crate) fn let_go(slot: NonNull<Slot>) {
    let _scope = Scope::new();
    put_off(Item::LetGo(slot));
}

/// Puts it on the list. At the very end of a thread, when the list is gone, it is done at once, recursion or not.
fn put_off(item: Item) {
    let mut item = Some(item);
    if ITEMS.try_with(|items| items.borrow_mut().extend(item.take())).is_ok() {
        HERE.with(|here| here.any.set(true));
    } else if let Some(payload) = item.and_then(carry_out) {
        unwind::discard(payload);
    }
}

/// Does everything on the list, and what that adds; gives the first panic back.
#[cold]
fn work_off() -> Option<Payload> {
    sched::user_code_ahead();
    let mut first = None;
    while let Ok(Some(item)) = ITEMS.try_with(|items| items.borrow_mut().pop_front()) {
        match (carry_out(item), &first) {
            (Some(payload), Some(_)) => unwind::discard(payload),
            (Some(payload), None) => first = Some(payload),
            (None, _) => {}
        }
    }
    HERE.with(|here| here.any.set(false));
    first
}

fn carry_out(item: Item) -> Option<Payload> {
    match item {
        Item::Dispose(header) => {
            // SAFETY: the duty of `dispose`.
            unsafe { dispose_now(header) }
        }
        Item::Cancel(job) => {
            // SAFETY: the duty of `cancel`.
            unsafe { sched::cancel_now(job) };
            None
        }
        Item::Wake(waker) => unwind::catch(|| waker.wake()).err(),
        Item::WakeHook(home) => unwind::catch(|| home.call_wake_hook()).err(),
        Item::EndEarly(given) => {
            given.end();
            None
        }
        Item::LetGo(slot) => {
            // SAFETY: granted, and put on the list once.
            unsafe { behavior::let_go(slot) };
            None
        }
        Item::PassOn(ticket) => {
            // SAFETY: granted and spent: nobody else releases it.
            unsafe { ticket.release() };
            None
        }
    }
}

/// # Safety
/// As [`dispose`].
unsafe fn dispose_now(header: NonNull<Header>) -> Option<Payload> {
    // SAFETY: the strong handles' weak count keeps the memory.
    let table = unsafe { header.as_ref() }.table;
    // SAFETY: the strong count is zero (caller).
    let disposed = unwind::catch(|| unsafe { (table.dispose)(header) });
    if !matches!(disposed, Ok(Disposal::SentHome)) {
        // SAFETY: the strong handles' weak count is ours; the value is gone (a destructor that panicked has dropped what
        // it could).
        unsafe { release_weak(header) };
    }
    disposed.err()
}
