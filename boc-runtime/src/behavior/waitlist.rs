//! Owns: the list of behaviors that may wait for something that no worker of their core finishes,
//! and giving them up when their runtime, or their home, is dropped: README.md, "Given up".

#![expect(unsafe_code, reason = "ends behaviors that still stand in queues")]

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ptr::NonNull;

use crate::cancel::Id;
use crate::later;
use crate::memory::{self, Header};
use crate::pinned::Home;
use crate::queue::{Kind, Slot, Users};
use crate::sched::Core;
use crate::sync::{Mutex, global};

use super::block::{Behavior, SlotOfMany};
use super::grant::{self, Hint, Job};
use super::release::release_slot;
use super::run::Cancel;

/// A behavior on the list.
#[derive(Debug)]
struct Waiting {
    /// What keeps the behavior on the list: each slot that has not been granted; the scheduler of
    /// several slots until it is done. Of one that is given up: each slot that has not been
    /// released; what ends it, until that is done.
    left: u32,
    /// Of several slots: those that have been granted.
    granted: Vec<NonNull<Slot>>,
    given_up: bool,
}

/// The behaviors on the list, by address.
struct List(HashMap<NonNull<Behavior>, Waiting, BuildHasherDefault<Address>>);

// SAFETY: bodies and requests are `Send`; the thread that takes a behavior off the list passes it on
// or ends it.
unsafe impl Send for List {}

global!(static LIST: Mutex<List> = Mutex::new(List(HashMap::with_hasher(BuildHasherDefault::new()))));

/// Room that an empty list keeps.
const KEPT: usize = 1024;

impl List {
    fn get(&mut self, behavior: NonNull<Behavior>) -> &mut Waiting {
        self.0.get_mut(&behavior).expect("on the list until nothing of it is left")
    }

    fn remove(&mut self, behavior: NonNull<Behavior>) {
        self.0.remove(&behavior);
        if self.0.is_empty() && self.0.capacity() > 2 * KEPT {
            self.0.shrink_to(KEPT);
        }
    }

    /// One thing less keeps a behavior on the list.
    fn less(&mut self, behavior: NonNull<Behavior>) -> After {
        let waiting = self.get(behavior);
        waiting.left -= 1;
        match (waiting.left, waiting.given_up) {
            (0, false) => {
                self.remove(behavior);
                After::Dispatch
            }
            (0, true) => {
                self.remove(behavior);
                After::Forget
            }
            _ => After::Nothing,
        }
    }
}

/// What the caller has to do once the list is unlocked.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
enum After {
    Nothing,
    /// All slots are granted: the behavior is off the list, and is dispatched as any other.
    Dispatch,
    /// It was given up, and its last slot is out of its queue: its memory is given back.
    Forget,
}

/// Tells a queue that a behavior of this core is about to enter it.
#[cold]
#[inline(never)]
pub(super) fn note_user(users: &Users, core: &Core) {
    users.note(core.party());
    if core.simulation().is_some() {
        // Only steps of its thread make anything happen there.
        users.note_stranger();
    }
}

/// As [`track`], for the behavior whose only slot this is, unless it is on the list. Of several slots
/// all were looked at before any of them was published.
///
/// # Safety
/// As [`track`].
#[cold]
#[inline(never)]
pub(super) unsafe fn track_if_alone(slot: NonNull<Slot>) {
    // SAFETY: not granted (caller), so it lives.
    if unsafe { slot.as_ref() }.kind() == Kind::Alone {
        // SAFETY: of this kind.
        let behavior = unsafe { Behavior::of_slot(slot) };
        // SAFETY: the same duties.
        unsafe { track(behavior) };
    }
}

/// Puts a behavior on the list.
///
/// # Safety
/// It is entering, and none of its slots can be granted before this returns. If it has several,
/// [`scheduled`] follows when all are published.
#[cold]
#[inline(never)]
pub(super) unsafe fn track(behavior: NonNull<Behavior>) {
    // SAFETY: not granted, so it lives.
    let slots = unsafe { behavior.as_ref() }.slots();
    let mut left = 0;
    for index in 0..slots {
        // SAFETY: within its slots.
        let slot = unsafe { Behavior::slot(behavior, index) };
        // SAFETY: not granted, so it lives.
        let slot = unsafe { slot.as_ref() };
        if slot.kind() != Kind::Repeated {
            slot.track();
            left += 1;
        }
    }
    let by_scheduler = u32::from(slots > 1);
    let waiting = Waiting { left: left + by_scheduler, granted: Vec::new(), given_up: false };
    // SAFETY: as above; the core of a behavior that is not finished lives.
    let is_over = || unsafe { is_over(behavior) };
    let mut list = LIST.lock();
    list.0.insert(behavior, waiting);
    // Under the lock: what ends a core, or closes a home, says so before it takes the lock to look
    // for behaviors. So one of the two finds this one.
    if is_over() {
        let given = give_up(list.get(behavior), behavior);
        drop(list);
        later::end_early(given);
    }
}

/// Whether the behavior's core is cancelled, its home closed, its flag raised, or its promise cancelled.
///
/// # Safety
/// It is alive, and neither begun nor cancelled.
unsafe fn is_over(behavior: NonNull<Behavior>) -> bool {
    // SAFETY: alive (caller).
    let core = unsafe { behavior.as_ref() }.core;
    // SAFETY: the behavior is in flight, so its core lives.
    if unsafe { core.as_ref() }.is_cancelled() {
        return true;
    }
    // SAFETY: alive (caller).
    let table = unsafe { Behavior::table(behavior) };
    // SAFETY: the table belongs to the block; the caller's duty.
    let home = unsafe { (table.home)(behavior) };
    // SAFETY: the behavior keeps its home.
    if home.is_some_and(|home| unsafe { home.as_ref() }.is_closed()) {
        return true;
    }
    if table.cancelled.is_none() {
        return true;
    }
    // SAFETY: the table belongs to the block, which is alive (caller).
    let flag = unsafe { (table.flag)(behavior) };
    // SAFETY: neither begun nor cancelled, and not given up before it has entered: its body is there.
    flag.is_some_and(|flag| unsafe { flag.get() }.is_raised())
}

/// All slots of a behavior of several are published.
///
/// # Safety
/// Once, after [`track`].
pub(super) unsafe fn scheduled(behavior: NonNull<Behavior>) {
    let after = LIST.lock().less(behavior);
    // SAFETY: taken off the list just now, if anything is to be done.
    unsafe { carry_out(after, behavior, Hint::Spawned) };
}

/// A slot is granted.
///
/// # Safety
/// Just now; it is of the kind `Tracked`.
pub(super) unsafe fn granted(slot: NonNull<Slot>, hint: Hint<'_>) {
    // SAFETY: its behavior is on the list, so it lives.
    let behavior = unsafe { behavior_of(slot) };
    let mut list = LIST.lock();
    let waiting = list.get(behavior);
    if waiting.given_up {
        drop(list);
        // Not now: the release of a long queue of such slots would recurse.
        return later::let_go(slot);
    }
    // SAFETY: as above.
    if !unsafe { slot.as_ref() }.is_alone() {
        waiting.granted.push(slot);
    }
    let after = list.less(behavior);
    drop(list);
    // SAFETY: taken off the list just now, if anything is to be done.
    unsafe { carry_out(after, behavior, hint) };
}

/// # Safety
/// `slot` is of the kind `Tracked`, and its behavior lives.
unsafe fn behavior_of(slot: NonNull<Slot>) -> NonNull<Behavior> {
    // SAFETY: alive (caller).
    if unsafe { slot.as_ref() }.is_alone() {
        // SAFETY: of this kind.
        unsafe { Behavior::of_slot(slot) }
    } else {
        // SAFETY: one of several starts a `SlotOfMany`.
        unsafe { slot.cast::<SlotOfMany>().as_ref() }.behavior
    }
}

/// # Safety
/// `after` is what was said of the behavior just now.
unsafe fn carry_out(after: After, behavior: NonNull<Behavior>, hint: Hint<'_>) {
    match after {
        After::Nothing => {}
        // SAFETY: all its slots are granted, and it is the caller's.
        After::Dispatch => unsafe { grant::dispatch(behavior, hint) },
        // SAFETY: the count taken in `end_early`; nothing refers to the slots any more.
        After::Forget => unsafe { memory::release(behavior.cast()) },
    }
}

/// A behavior that was given up, and is to be ended by the owner of this.
#[derive(Debug)]
#[must_use = "its promise never fails otherwise"]
pub(crate) struct Given {
    behavior: NonNull<Behavior>,
    granted: Vec<NonNull<Slot>>,
}

// SAFETY: as `List`.
unsafe impl Send for Given {}

/// From now on the behavior does not run.
fn give_up(waiting: &mut Waiting, behavior: NonNull<Behavior>) -> Given {
    waiting.given_up = true;
    // What ends it.
    waiting.left += 1;
    Given { behavior, granted: std::mem::take(&mut waiting.granted) }
}

/// Gives up the behaviors on the list that `are` meant.
fn give_up_all(are: impl Fn(NonNull<Behavior>) -> bool) {
    let mut given = Vec::new();
    for (&behavior, waiting) in &mut LIST.lock().0 {
        if !waiting.given_up && are(behavior) {
            given.push(give_up(waiting, behavior));
        }
    }
    // All are on the list before the first ends: what one has captured may wait for another.
    let _scope = later::Scope::new();
    given.into_iter().for_each(later::end_early);
}

/// Gives up what still waits of a core that is cancelled.
pub(crate) fn give_up_of(core: &Core) {
    // SAFETY: on the list, and not given up: alive.
    give_up_all(|behavior| unsafe { behavior.as_ref() }.core == NonNull::from(core));
}

/// The promise of a behavior is cancelled: unless its body has begun, it is not called.
///
/// # Safety
/// The promise is alive, and a behavior's.
pub(crate) unsafe fn cancel_promise(promise: NonNull<Header>) {
    let meant = promise.cast::<Behavior>();
    // SAFETY: alive, and a behavior's (caller).
    let table = unsafe { Behavior::table(meant) };
    if let Some(cancelled) = table.cancelled {
        // SAFETY: alive (caller).
        unsafe { promise.as_ref() }.set_table(&cancelled.promise);
        // One that waits for what may never come is given up now.
        let mut list = LIST.lock();
        let waiting = list.0.get_mut(&meant).filter(|waiting| !waiting.given_up);
        let given = waiting.map(|waiting| give_up(waiting, meant));
        drop(list);
        if let Some(given) = given {
            let _scope = later::Scope::new();
            later::end_early(given);
        }
    }
}

/// Gives up what still waits under flags that were raised. `raised` is sorted.
pub(crate) fn give_up_under(raised: &[Id]) {
    give_up_all(|behavior| {
        // SAFETY: on the list, and not given up: alive.
        let table = unsafe { Behavior::table(behavior) };
        // SAFETY: the table belongs to the block.
        let flag = unsafe { (table.flag)(behavior) };
        flag.is_some_and(|flag| raised.binary_search(&flag.id()).is_ok())
    });
}

/// Gives up what still waits to run at a home that is closed.
pub(crate) fn give_up_home(home: &Home) {
    give_up_all(|behavior| {
        // SAFETY: on the list, and not given up: alive.
        let table = unsafe { Behavior::table(behavior) };
        // SAFETY: the table belongs to the block; neither begun nor cancelled.
        let its_own = unsafe { (table.home)(behavior) };
        its_own == Some(NonNull::from(home))
    });
}

impl Given {
    /// Its promise, to compare with.
    pub(crate) fn promise(&self) -> NonNull<Header> {
        self.behavior.cast()
    }

    /// Ends it: its captures are dropped, its promise fails, its places at the heads of queues are
    /// given up. The others are when their turns come.
    pub(crate) fn end(self) {
        let Given { behavior, granted } = self;
        // SAFETY: on the list until `less` below, so it lives.
        let this = unsafe { behavior.as_ref() };
        // SAFETY: not finished, so its core lives.
        let core = unsafe { Core::hold(this.core) };
        if let Some(simulation) = core.simulation() {
            simulation.forget(Job(behavior));
        }
        // For the slots that stay in their queues: the promise's handles may all go.
        this.promised.header.retain();
        // SAFETY: alive.
        let table = unsafe { Behavior::table(behavior) };
        // SAFETY: the table belongs to the block. It was given up once, and before all its slots were
        // granted, so nothing else runs or cancels it; `granted` were, and are in no other list.
        unsafe { (table.cancel)(behavior, Cancel::Waiting(&granted)) };
        let after = LIST.lock().less(behavior);
        // SAFETY: said just now.
        unsafe { carry_out(after, behavior, Hint::Spawned) };
    }
}

/// Releases a slot of a behavior that was given up: its turn has come.
///
/// # Safety
/// It was granted, and is of the kind `Tracked`; once.
pub(crate) unsafe fn let_go(slot: NonNull<Slot>) {
    // SAFETY: on the list until `less` below, so it lives.
    let behavior = unsafe { behavior_of(slot) };
    // SAFETY: granted (caller).
    unsafe { release_slot(slot) };
    let after = LIST.lock().less(behavior);
    // SAFETY: said just now.
    unsafe { carry_out(after, behavior, Hint::Spawned) };
}

/// Hashes an address: the low bits are always the same.
#[derive(Default)]
struct Address(u64);

impl Hasher for Address {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_usize(usize::from(byte)));
    }

    fn write_usize(&mut self, address: usize) {
        // Fibonacci hashing: the map takes bits from both ends of the word.
        let mixed = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
