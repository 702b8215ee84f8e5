//! Owns: what must not happen now: user code while queues are being changed, and recursion along chains.
//!
//! Several things can follow from releasing a cown or dropping a handle that run user code or
//! release more: a value dies, a failure dies with what its panic carried, a behavior is cancelled
//! or given up, an async task or a host's event loop is woken, a spent ticket, or a slot that was
//! given up, passes its cown on. Each may cause the next, a million deep. Inside a [`Scope`]
//! (queues are being changed) they are put on a list of this thread; the end of the scope works off
//! what was put there.
//!
//! # What user code can rely on
//!
//! User code that runs from here (a destructor, a waker, a wake hook) may use the whole library: no
//! queue is being changed on its thread, no lock is held. What it causes itself happens **at
//! once**, before the call that causes it returns, in the order of a program without a list: it may
//! drop the last handle of a cown, or use a resolver, and then wait for what that brings about, by
//! any means (a `join`, a channel, a foreign executor's `block_on`). So user code may run inside
//! user code, as a destructor runs inside of another one.
//!
//! That holds [`LEVELS`] deep. From there on, for chains, what user code causes stays on the list
//! until it returns, or until it waits: a wait of this library, and the poll of a promise's future,
//! work off first what the running code has put on the list ([`catch_up`]). A wait or a poll that
//! finds what it asks for not there then goes through the rest of the list too: it cancels and ends
//! behaviors (of the queue of a `MainThread` that is dropped, or of those that a dropped runtime
//! gives up, one behavior's captures may wait for another behavior), and wakes. First the behavior
//! whose promise is waited for ([`end_awaited`]), then one after the other until the wait is over
//! ([`before_sleep`]): one that is carried out inside a wait may itself wait for what is further out.
//! Values stay on the list: they die after the code that runs now, which may hold what they need.
//! A wait of this library in a destructor that itself ran from the list does not do that: what is carried
//! out on top of it may wait for what the destructor does afterwards. If such a wait lasts, the rest goes to
//! another thread (`later/elsewhere.rs`).
//! So what is to be ended together is put on the list together, in one scope. A wait inside of a wait
//! inside of a wait, a million deep, would need a million frames: four times as deep as that the
//! rest of what may be waited for goes to a thread of its own, which goes on in the same way.
//!
//! Slots are passed on before any user code runs: what waits behind one does not wait for a
//! destructor. That runs no user code itself.

#![expect(unsafe_code, reason = "disposes of blocks whose counts have reached zero, cancels jobs")]

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
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

mod elsewhere;

enum Item {
    /// It was carried out before its turn.
    Gone,
    Dispose(NonNull<Header>),
    Cancel(Job),
    Wake(Waker),
    WakeHook(Arc<Home>),
    EndEarly(Given),
    Discard(Payload),
}

impl Item {
    /// Whether the running code may wait for it, although it did not cause it.
    fn is_waited_for(&self) -> bool {
        matches!(self, Item::Cancel(_) | Item::Wake(_) | Item::WakeHook(_) | Item::EndEarly(_))
    }
}

/// A slot that is granted, and has no use for its cown.
enum Granted {
    /// A spent ticket's. It has no waker.
    PassOn(Arc<Ticket>),
    LetGo(NonNull<Slot>),
}

/// How deep user code runs inside user code at once.
const LEVELS: usize = 16;

struct Here {
    /// How many scopes the thread is in, since the running user code began.
    depth: Cell<usize>,
    /// Whether anything may be on the list.
    any: Cell<bool>,
    /// How many items are being carried out, one inside the other.
    level: Cell<usize>,
    /// How long the list was when the innermost of them began: what follows was put there since.
    base: Cell<usize>,
    /// How many of the list may be waited for: [`Item::is_waited_for`].
    waited_for: Cell<usize>,
    /// Whether the thread ends, and has to free the room of its lists when they are empty.
    ends: Cell<bool>,
    /// Between this place and `base` none is: a list of a million is not searched a million times.
    searched: Cell<usize>,
}

thread_local! {
    // No destructor here, so this outlives every other thread-local.
    static HERE: Here = const {
        Here {
            depth: Cell::new(0),
            any: Cell::new(false),
            level: Cell::new(0),
            base: Cell::new(0),
            waited_for: Cell::new(0),
            ends: Cell::new(false),
            searched: Cell::new(0),
        }
    };
    /// A stack: what is to happen next is last, but for what was put there by the item that is
    /// being carried out, or by the scope that is open: that is in its order, and turned round
    /// afterwards.
    static ITEMS: List<Item> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    /// Empty whenever user code runs.
    static GRANTED: List<Granted> = const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    /// Has a destructor, which frees their room.
    static ROOM: Room = const { Room(()) };
}

/// No destructor here either: a thread-local of the user's may be the head of a long chain, and it
/// may be dropped last.
type List<T> = ManuallyDrop<RefCell<Vec<T>>>;

struct Room(());

impl Drop for Room {
    fn drop(&mut self) {
        let _ = HERE.try_with(|here| here.ends.set(true));
        free_room();
    }
}

/// When the thread ends: frees the room of what is empty.
#[cold]
fn free_room() {
    fn free<T>(list: &List<T>) {
        let mut list = list.borrow_mut();
        if list.is_empty() {
            *list = Vec::new();
        }
    }
    let _ = ITEMS.try_with(free);
    let _ = GRANTED.try_with(free);
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
            let outer = here.depth.get() - 1;
            if outer == 0 && here.any.get() {
                end_of_scope();
                here.depth.set(outer);
                return elsewhere::wait_for_helpers(here);
            }
            here.depth.set(outer);
        });
    }
}

#[cold]
#[inline(never)]
fn end_of_scope() {
    // The scope is open still, so what this puts off stays on the list.
    pass_all_on();
    HERE.with(|here| {
        work_off(here, LEVELS).into_iter().for_each(unwind::discard);
        if here.ends.get() && here.level.get() == 0 {
            free_room();
        }
    });
}

/// Passes on the slots that have no use for their cowns. In a scope.
fn pass_all_on() {
    while let Ok(Some(granted)) = GRANTED.try_with(|granted| granted.borrow_mut().pop()) {
        pass_one_on(granted);
    }
}

fn pass_one_on(granted: Granted) {
    match granted {
        // SAFETY: granted, and put on the list once.
        Granted::LetGo(slot) => unsafe { behavior::let_go(slot) },
        // SAFETY: granted and spent, and put on the list once.
        Granted::PassOn(ticket) => unsafe { ticket.release() },
    }
}

/// Drops the value of a block: put off inside a scope, at once outside; there its panic goes on.
///
/// # Safety
/// The strong count is zero, and the caller took it there.
pub(crate) unsafe fn dispose(header: NonNull<Header>) {
    // SAFETY: the strong handles' weak count keeps the memory.
    let table = unsafe { header.as_ref() }.table();
    // SAFETY: the strong count is zero: nobody else looks at the value.
    if table.inert.is_some_and(|inert| unsafe { inert(header) }) {
        // SAFETY: the strong handles' weak count.
        return unsafe { release_weak(header) };
    }
    let panicked = HERE.with(|here| {
        if here.depth.get() != 0 || here.level.get() >= LEVELS {
            put_off(Item::Dispose(header));
            return None;
        }
        let panicked = carry_out_here(here, Item::Dispose(header));
        let panicked = if here.any.get() { first_of(panicked, drain(here)) } else { panicked };
        if here.ends.get() && here.level.get() == 0 {
            free_room();
        }
        elsewhere::wait_for_helpers(here);
        panicked
    });
    // A handle dropped by user code: a panicking destructor of the value panics there, as with `Arc`.
    match panicked {
        Some(payload) if std::thread::panicking() => unwind::discard(payload),
        Some(payload) => std::panic::resume_unwind(payload),
        None => {}
    }
}

/// When user code asks or polls: works off what it has put on the list, however deep it is. `true`:
/// there was something.
#[inline]
pub(crate) fn catch_up() -> bool {
    HERE.with(|here| here.any.get() && catch_up_here(here))
}

#[cold]
#[inline(never)]
fn catch_up_here(here: &Here) -> bool {
    if here.depth.get() != 0 || length() <= here.base.get() {
        return false;
    }
    work_off(here, usize::MAX).into_iter().for_each(unwind::discard);
    true
}

/// Before a thread sleeps in a wait, or is told that a promise is not finished: as [`catch_up`], and
/// if there is nothing carries out one thing that may be waited for, of the rest of the list. Look
/// then whether the wait is over.
#[inline]
pub(crate) fn before_sleep() -> bool {
    HERE.with(|here| here.any.get() && (catch_up_here(here) || carry_out_of_rest(here, Item::is_waited_for)))
}

/// Whether the thread waits in a destructor that ran from the list, and something else is left there that may be waited
/// for. That is not carried out on top of the wait: it may wait for what the destructor does after it.
#[inline]
pub(crate) fn waits_inside() -> bool {
    HERE.with(|here| here.level.get() != 0 && here.depth.get() == 0 && here.waited_for.get() != 0)
}

/// Gives what else is on the list to another thread, for a wait as above that lasts. `false`: there is no such thread.
#[cold]
pub(crate) fn hand_over() -> bool {
    HERE.with(|here| ITEMS.try_with(|items| elsewhere::hand_over(here, items)).unwrap_or(false))
}

/// Before a wait for a promise: ends its behavior if that is on the list.
#[inline]
pub(crate) fn end_awaited(promise: NonNull<Header>) {
    let ends = |item: &Item| match item {
        Item::Cancel(job) => job.0.cast() == promise,
        Item::EndEarly(given) => given.promise() == promise,
        _ => false,
    };
    HERE.with(|here| here.waited_for.get() != 0 && carry_out_of_rest(here, ends));
}

/// Carries out the next item that `is_meant`, of what was on the list before the item that is being
/// carried out began.
#[cold]
#[inline(never)]
fn carry_out_of_rest(here: &Here, is_meant: impl Fn(&Item) -> bool) -> bool {
    if here.depth.get() != 0 || here.waited_for.get() == 0 {
        return false;
    }
    if elsewhere::is_too_deep(here)
        && ITEMS.try_with(|items| elsewhere::hand_over(here, items)).unwrap_or(false)
    {
        return false;
    }
    // What is taken leaves its place: the lengths that are kept, of what was there before, stay
    // right.
    let take = |items: &List<Item>| {
        let mut items = items.borrow_mut();
        let rest = items.get(..here.searched.get())?;
        let last = rest.iter().rposition(Item::is_waited_for);
        here.searched.set(last.map_or(0, |last| last + 1));
        let at = rest[..=last?].iter().rposition(is_meant)?;
        here.waited_for.set(here.waited_for.get() - 1);
        Some(std::mem::replace(&mut items[at], Item::Gone))
    };
    let Ok(Some(item)) = ITEMS.try_with(take) else { return false };
    let panicked = first_of(carry_out_here(here, item), drain(here));
    panicked.into_iter().for_each(unwind::discard);
    true
}

/// Runs user code in the middle of a scope, where no queue is being changed. What the scope has put
/// off stays on the list meanwhile; what the user code causes happens as ever.
pub(crate) fn aside(user: impl FnOnce()) {
    let panicked = HERE.with(|here| {
        sched::user_code_ahead();
        pass_all_on();
        let (base, depth) = (length(), here.depth.replace(0));
        let outer = (here.base.replace(base), here.searched.replace(base));
        here.level.set(here.level.get() + 1);
        let panicked = unwind::catch(user).err();
        here.level.set(here.level.get() - 1);
        // Too deep, it stays behind what the scope has put off.
        let panicked = match here.level.get() < LEVELS && here.any.get() {
            true => {
                turn_round(base);
                first_of(panicked, drain(here))
            }
            false => panicked,
        };
        here.base.set(outer.0);
        here.searched.set(outer.1);
        here.depth.set(depth);
        panicked
    });
    panicked.into_iter().for_each(unwind::discard);
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
    put_off_granted(Granted::PassOn(ticket));
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
    put_off_granted(Granted::LetGo(slot));
}

/// Drops a panic's payload, which may hold a failure with a payload in turn.
pub(crate) fn discard(payload: Payload) {
    let _scope = Scope::new();
    put_off(Item::Discard(payload));
}

/// Puts it on the list. At the end of a model's thread, when the list is gone, it is done at once.
fn put_off(item: Item) {
    let waited_for = item.is_waited_for();
    let mut item = Some(item);
    if ITEMS.try_with(|items| items.borrow_mut().extend(item.take())).is_ok() {
        HERE.with(|here| {
            here.any.set(true);
            let _ = ROOM.try_with(|_| ());
            if waited_for {
                here.waited_for.set(here.waited_for.get() + 1);
            }
        });
    } else if let Some(payload) = item.and_then(carry_out) {
        unwind::discard(payload);
    }
}

/// As [`put_off`].
fn put_off_granted(granted: Granted) {
    let mut granted = Some(granted);
    if GRANTED.try_with(|list| list.borrow_mut().extend(granted.take())).is_ok() {
        let _ = ROOM.try_with(|_| ());
        HERE.with(|here| here.any.set(true));
    } else {
        granted.into_iter().for_each(pass_one_on);
    }
}

/// How long the list is. One that is gone is empty.
fn length() -> usize {
    ITEMS.try_with(|items| items.borrow().len()).unwrap_or(0)
}

/// Turns round what follows on the list: what was put there first happens first.
fn turn_round(base: usize) {
    let _ = ITEMS.try_with(|items| {
        if let Some(new) = items.borrow_mut().get_mut(base..) {
            new.reverse();
        }
    });
}

/// Does everything that was put on the list since the item that is being carried out began, and
/// what that adds; gives the first panic back. On level `levels` or deeper it stays on the list.
#[cold]
fn work_off(here: &Here, levels: usize) -> Option<Payload> {
    if here.level.get() >= levels {
        return None;
    }
    sched::user_code_ahead();
    turn_round(here.base.get());
    drain(here)
}

/// As [`work_off`], of what has been turned round.
fn drain(here: &Here) -> Option<Payload> {
    let base = here.base.get();
    let next = |items: &List<Item>| {
        let mut items = items.borrow_mut();
        let item = if items.len() > base { items.pop() } else { None }?;
        here.waited_for.set(here.waited_for.get() - usize::from(item.is_waited_for()));
        Some(item)
    };
    let mut first = None;
    while let Ok(Some(item)) = ITEMS.try_with(next) {
        first = first_of(first, carry_out_here(here, item));
    }
    here.any.set(base != 0);
    first
}

/// Carries one out, at the next level. What it has left on the list is on top of it then, turned
/// round: the caller drains it.
fn carry_out_here(here: &Here, item: Item) -> Option<Payload> {
    let base = length();
    let depth = here.depth.replace(0);
    let outer = (here.base.replace(base), here.searched.replace(base));
    here.level.set(here.level.get() + 1);
    let panicked = carry_out(item);
    turn_round(base);
    here.level.set(here.level.get() - 1);
    here.base.set(outer.0);
    here.searched.set(outer.1);
    here.depth.set(depth);
    panicked
}

/// Keeps the first of two panics.
fn first_of(first: Option<Payload>, second: Option<Payload>) -> Option<Payload> {
    if first.is_none() {
        return second;
    }
    second.into_iter().for_each(unwind::discard);
    first
}

fn carry_out(item: Item) -> Option<Payload> {
    match item {
        Item::Gone => None,
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
        Item::Discard(payload) => {
            unwind::discard(payload);
            None
        }
    }
}

/// # Safety
/// As [`dispose`].
unsafe fn dispose_now(header: NonNull<Header>) -> Option<Payload> {
    // SAFETY: the strong handles' weak count keeps the memory.
    let table = unsafe { header.as_ref() }.table();
    // SAFETY: the strong count is zero (caller).
    let disposed = unwind::catch(|| unsafe { (table.dispose)(header) });
    if !matches!(disposed, Ok(Disposal::SentHome)) {
        // SAFETY: the strong handles' weak count is ours; the value is gone (a destructor that panicked has dropped what
        // it could).
        unsafe { release_weak(header) };
    }
    disposed.err()
}
