#![doc = include_str!("README.md")]
#![expect(unsafe_code, reason = "the slots of a queue lie in blocks of other behaviors")]

#[cfg(all(test, loom))]
mod loom;
mod status;
#[cfg(test)]
mod tests;

use std::ptr::{self, NonNull};

use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

use status::Word;
pub(crate) use status::{State, Status};

/// What a step of the protocol asks its caller to do. The queue knows no behavior, no worker and no value.
pub(crate) trait Effects {
    /// This request has its cown.
    fn granted(&mut self, slot: NonNull<Slot>);
    /// The cown turned from idle to active: take a reference count for it.
    fn activated(&mut self, cown: NonNull<Queue>);
    /// The cown turned idle: give the count back. It may die of this.
    fn idle(&mut self, cown: NonNull<Queue>);
}

/// The queue of one cown: README.md, part 1.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Queue {
    tail: AtomicPtr<Status>,
    readers: AtomicUsize,
    writer: AtomicPtr<Slot>,
}

/// One reader in the word `readers`.
const READER: usize = 2;
/// The bit of `readers` that says that a writer waits.
const WRITER_WAITS: usize = 1;

/// A request in a queue.
///
/// The status comes first: a queue's `tail` and a slot's predecessor are pointers to status words, because the
/// producer of a promise has no more than that.
#[derive(Debug)]
#[repr(C, align(8))]
pub(crate) struct Slot {
    status: Status,
    /// The queue, with three tag bits: [`Slot::SHARED`] and the kind.
    cown: *mut Queue,
}

/// Whose slot it is: where its owner finds what else there is to know about the request. The queue does not care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of several of a behavior.
    Many,
    /// As `Many`, but the same cown stands in the request set already (both shared): this slot enters no queue.
    Repeated,
    /// The only one of a behavior.
    Alone,
    /// A joiner's.
    Joiner,
}

impl Slot {
    /// The request is shared.
    const SHARED: usize = 0b001;
    const KIND: usize = 0b110;
    const MANY: usize = 0b000;
    const REPEATED: usize = 0b010;
    const ALONE: usize = 0b100;
    const JOINER: usize = 0b110;

    #[inline]
    pub(crate) fn new(cown: NonNull<Queue>, shared: bool, kind: Kind) -> Slot {
        let kind = match kind {
            Kind::Many => Self::MANY,
            Kind::Repeated => Self::REPEATED,
            Kind::Alone => Self::ALONE,
            Kind::Joiner => Self::JOINER,
        };
        let tag = kind | if shared { Self::SHARED } else { 0 };
        Slot { status: Status::waiting(), cown: cown.as_ptr().map_addr(|addr| addr | tag) }
    }

    /// Notes, before the slot enters its queue, which one enters after it.
    #[inline]
    pub(crate) fn put_before(&mut self, next: NonNull<Slot>) {
        self.status.remember(next.as_ptr().cast());
    }

    /// The slot that enters after this one, which has not entered yet.
    #[inline]
    pub(crate) fn next_to_enter(&self) -> Option<NonNull<Slot>> {
        NonNull::new(self.status.remembered().cast())
    }

    /// Marks a second shared request of a cown.
    pub(crate) fn make_repeated(&mut self) {
        self.cown = self.cown.map_addr(|addr| (addr & !Self::KIND) | Self::REPEATED);
    }

    #[inline]
    pub(crate) fn cown(&self) -> NonNull<Queue> {
        let cown = self.cown.map_addr(|addr| addr & !(Self::SHARED | Self::KIND));
        // SAFETY: made from a `NonNull` whose low bits are free (a `Queue` is 8-aligned).
        unsafe { NonNull::new_unchecked(cown) }
    }

    #[inline]
    pub(crate) fn is_shared(&self) -> bool {
        self.cown.addr() & Self::SHARED != 0
    }

    /// For a holder whose body is about to run: it releases soon, and then the successor's block is needed.
    #[inline]
    pub(crate) fn prefetch_successor(&self) {
        self.status.prefetch_next();
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        match self.cown.addr() & Self::KIND {
            Self::MANY => Kind::Many,
            Self::REPEATED => Kind::Repeated,
            Self::ALONE => Kind::Alone,
            _ => Kind::Joiner,
        }
    }
}

impl Queue {
    /// The queue of a cown that nobody has requested.
    pub(crate) fn idle() -> Queue {
        Queue::led_by(ptr::null_mut())
    }

    /// The queue of a promise: its producer holds it from the start.
    pub(crate) fn led_by(producer: *mut Status) -> Queue {
        Queue {
            tail: AtomicPtr::new(producer),
            readers: AtomicUsize::new(0),
            writer: AtomicPtr::new(ptr::null_mut()),
        }
    }

    #[inline]
    fn take_turn(&self, status: *mut Status) -> *mut Status {
        // Release: edge E1 for our successor. Acquire: edges E1 and E4 from who came before.
        self.tail.swap(status, Ordering::AcqRel)
    }

    /// Whether nobody stands behind the producer of a promise. Only asked when nobody can enter any more.
    #[inline]
    pub(crate) fn is_led_alone_by(&self, producer: NonNull<Status>) -> bool {
        // Relaxed: whoever entered did so before giving up the handle that the asker knows to be gone.
        self.tail.load(Ordering::Relaxed) == producer.as_ptr()
    }

    /// `true` if `status` was the last in the queue, which is empty now.
    #[inline]
    fn try_leave_last(&self, status: *mut Status) -> bool {
        // Release: edge E4. Relaxed on failure: `wait_linked` acquires.
        self.tail.compare_exchange(status, ptr::null_mut(), Ordering::Release, Ordering::Relaxed).is_ok()
    }
}

/// Step 1 of entering: takes the slot's place in its queue and waits out a predecessor that is still entering.
///
/// # Safety
/// 1. `slot` is live, in `Wait`, not repeated, and enters for the first time.
/// 2. Its cown is alive during the call (the caller has a handle).
/// 3. The slots of one behavior, or batch, enter in the global order of their cowns, and [`publish`] follows.
#[inline]
pub(crate) unsafe fn enter(slot: NonNull<Slot>) {
    // SAFETY: the caller's duties.
    unsafe { take_place(slot, slot) };
}

/// As [`enter`], for several slots on one cown, one behind the other, with nobody between: a batch's.
///
/// # Safety
/// As [`enter`], for each; there is at least one, and all name the same cown.
pub(crate) unsafe fn enter_run(slots: &[NonNull<Slot>]) {
    let ([first, .., last] | [first @ last]) = slots else { unreachable!("a run has at least one slot") };
    for pair in slots.windows(2) {
        // SAFETY: duty 1. Nobody knows the slot before the turn below is taken.
        unsafe { pair[1].as_ref() }.status.remember(pair[0].as_ptr().cast());
    }
    // SAFETY: the caller's duties.
    unsafe { take_place(*first, *last) };
}

/// # Safety
/// As [`enter`]; between `first` and `last` the slots are in line.
#[inline]
unsafe fn take_place(first: NonNull<Slot>, last: NonNull<Slot>) {
    // SAFETY: duty 1.
    let this = unsafe { first.as_ref() };
    // SAFETY: duty 2.
    let queue = unsafe { this.cown().as_ref() };
    let predecessor = queue.take_turn(last.as_ptr().cast());
    this.status.remember(predecessor);
    // SAFETY: INV-2: the predecessor lives until we link.
    if let Some(predecessor) = unsafe { predecessor.as_ref() } {
        predecessor.wait_published();
    }
}

/// Step 2 of entering: lets successors pass, and takes or waits for the cown.
///
/// # Safety
/// 1. [`enter`] was called for every slot of the behavior (of the batch), once; this is called once for each, and within a
///    run in its order.
/// 2. The cown is alive during the call.
/// 3. The behavior cannot run before this slot is granted, or (several slots) before its scheduler is done.
#[inline]
pub(crate) unsafe fn publish(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: duty 3: the block lives.
    let this = unsafe { slot.as_ref() };
    let predecessor = this.status.remembered();
    this.status.publish();
    // SAFETY: duties 1 and 2; the predecessor comes from our own turn and is not linked yet.
    unsafe { follow(slot, predecessor, effects) };
}

/// Both steps, for a behavior on one cown. The slot may be gone on return.
///
/// The slot is in `Wait` meanwhile although it has no other queue to enter: README.md, "a request of one cown between".
///
/// # Safety
/// As [`enter`], for the only slot of its task.
#[inline]
pub(crate) unsafe fn enter_single(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: the caller's duty.
    let this = unsafe { slot.as_ref() };
    // SAFETY: the caller's duty.
    let queue = unsafe { this.cown().as_ref() };
    // As `enter` and `publish`, but that the predecessor need not be remembered in between.
    let predecessor = queue.take_turn(slot.as_ptr().cast());
    // SAFETY: INV-2: the predecessor lives until we link.
    if let Some(predecessor) = unsafe { predecessor.as_ref() } {
        predecessor.wait_published();
    }
    this.status.publish();
    // SAFETY: from our own turn, published, not linked yet; it cannot run before this grants it.
    unsafe { follow(slot, predecessor, effects) };
}

/// Links behind the predecessor or arrives at an empty queue.
///
/// # Safety
/// `predecessor` is what `take_turn` gave for this slot, published, and not linked yet; the cown is alive.
#[inline]
unsafe fn follow(slot: NonNull<Slot>, predecessor: *mut Status, effects: &mut impl Effects) {
    // SAFETY: not granted yet, so it lives (INV-1).
    let this = unsafe { slot.as_ref() };
    let (cown, shared) = (this.cown(), this.is_shared());
    // SAFETY: the cown is alive (caller).
    let queue = unsafe { cown.as_ref() };
    // SAFETY: INV-2.
    match unsafe { predecessor.as_ref() } {
        Some(predecessor) if !shared => predecessor.link_writer(slot),
        Some(predecessor) => {
            if !predecessor.try_link_reader(slot) {
                // The predecessor reads: join it. Counted before the link, or its release might see the cown idle.
                // Relaxed: ordered before the release's subtraction by the link (Release) that it acquires.
                queue.readers.fetch_add(READER, Ordering::Relaxed);
                predecessor.link_joiner(slot);
                // SAFETY: counted, active because its predecessor is (INV-5).
                unsafe { walk(queue, slot, effects) };
            }
        }
        None if shared => {
            // Relaxed: what the last writer wrote came with the turn (E4).
            if queue.readers.fetch_add(READER, Ordering::Relaxed) == 0 {
                effects.activated(cown);
            }
            // SAFETY: counted just now; it is the head of the queue.
            unsafe { walk(queue, slot, effects) };
        }
        None => arrive_writer(queue, cown, slot, effects),
    }
}

/// A writer at the head of the queue: has the cown, or waits for the readers that are still active.
#[inline]
fn arrive_writer(queue: &Queue, cown: NonNull<Queue>, slot: NonNull<Slot>, effects: &mut impl Effects) {
    // Acquire: edge E6, pairs with the last reader's subtraction. A stale value other than 0 is settled below.
    if queue.readers.load(Ordering::Acquire) != 0 {
        // Relaxed: carried by the addition, edge E7.
        queue.writer.store(slot.as_ptr(), Ordering::Relaxed);
        // Release: edge E7. Acquire: edge E6 if this finds 0.
        if queue.readers.fetch_add(WRITER_WAITS, Ordering::AcqRel) != 0 {
            return; // the last reader grants
        }
        // Relaxed: no reader is active and none can come before us (INV-4).
        queue.readers.store(0, Ordering::Relaxed);
    }
    effects.activated(cown);
    effects.granted(slot);
}

/// Activates the run of readers that starts at `first`: README.md, part 3.
///
/// # Safety
/// `first` is a published reader whose turn has come and which is counted in `readers`; the cown is active.
unsafe fn walk(queue: &Queue, first: NonNull<Slot>, effects: &mut impl Effects) {
    let mut last = first;
    let mut others = 0;
    loop {
        // SAFETY: linked and not granted, so it lives (INV-1).
        match unsafe { last.as_ref() }.status.try_activate() {
            Err(State::NextReader(next)) => {
                last = next;
                others += READER;
            }
            Err(State::NextWriter(_)) | Ok(()) => break,
            Err(other) => unreachable!("a reader in {other:?} is not to be activated"),
        }
    }
    if others != 0 {
        // Relaxed: `first` is counted and not granted, so nobody takes the count for zero meanwhile; each of the
        // others subtracts after its grant, which comes after this.
        queue.readers.fetch_add(others, Ordering::Relaxed);
    }
    let mut slot = first;
    while slot != last {
        // SAFETY: not granted yet (INV-1).
        let State::NextReader(next) = unsafe { slot.as_ref() }.status.load() else {
            unreachable!("the first pass came this way");
        };
        effects.granted(slot);
        slot = next;
    }
    effects.granted(last);
}

/// Gives the cown up and hands it to whoever is next. The slot is out of the queue on return.
///
/// # Safety
/// 1. `slot` has been granted its cown, and the behavior touches the cown no more.
/// 2. Called once for each slot that was granted.
#[inline]
pub(crate) unsafe fn release(slot: NonNull<Slot>, effects: &mut impl Effects) {
    // SAFETY: INV-1.
    let this = unsafe { slot.as_ref() };
    let word = this.status.read();
    if !this.is_shared() {
        // Most often: another writer waits, or nobody does.
        if let Some(writer) = word.next_writer() {
            return effects.granted(writer);
        }
        let cown = this.cown();
        // SAFETY: INV-6: we hold it.
        if word.is_ready() && unsafe { cown.as_ref() }.try_leave_last(slot.as_ptr().cast()) {
            return effects.idle(cown);
        }
    }
    // SAFETY: the same duties.
    unsafe { release_slowly(slot, word, effects) };
}

/// As [`release`], for any slot whose status has been read already.
///
/// # Safety
/// As [`release`].
#[inline(never)]
unsafe fn release_slowly(slot: NonNull<Slot>, word: Word, effects: &mut impl Effects) {
    // SAFETY: INV-1.
    let this = unsafe { slot.as_ref() };
    let cown = this.cown();
    // SAFETY: INV-6: we hold it.
    let queue = unsafe { cown.as_ref() };
    let state = match word.state() {
        State::Ready | State::Reading if queue.try_leave_last(slot.as_ptr().cast()) => None,
        State::Ready | State::Reading => Some(this.status.wait_linked()),
        linked => Some(linked),
    };
    if this.is_shared() {
        release_reader(queue, cown, state, effects);
    } else {
        // SAFETY: `state` is what stands behind a writer that holds the cown.
        unsafe { release_writer(queue, cown, state, effects) };
    }
}

/// The producer of a promise has finished: marks it so and hands the promise to whoever is next. The promise may be
/// gone on return.
///
/// # Safety
/// 1. `producer` leads `cown` since [`Queue::led_by`].
/// 2. Called once; the result is written.
#[inline]
pub(crate) unsafe fn release_producer(
    cown: NonNull<Queue>,
    producer: NonNull<Status>,
    effects: &mut impl Effects,
) {
    // SAFETY: duty 1; alive until the count of its activity is given back below (INV-6).
    let status = unsafe { producer.as_ref() };
    // SAFETY: INV-6.
    let queue = unsafe { cown.as_ref() };
    let next = match status.load() {
        State::Ready if queue.try_leave_last(producer.as_ptr()) => None,
        State::Ready => Some(status.wait_linked()),
        linked => Some(linked),
    };
    status.finish();
    // SAFETY: a producer holds its promise as a writer does.
    unsafe { release_writer(queue, cown, next, effects) };
}

/// # Safety
/// `next` is what is linked behind the writer that holds the cown; `None` if it has left an empty queue.
#[inline]
unsafe fn release_writer(
    queue: &Queue,
    cown: NonNull<Queue>,
    next: Option<State>,
    effects: &mut impl Effects,
) {
    match next {
        None => effects.idle(cown),
        Some(State::NextWriter(writer)) => effects.granted(writer),
        Some(State::NextReader(reader)) => {
            // Relaxed: nobody else counts while a writer holds the cown; a joiner comes after the walk's activation.
            queue.readers.store(READER, Ordering::Relaxed);
            // SAFETY: counted just now, and its turn has come.
            unsafe { walk(queue, reader, effects) };
        }
        Some(other) => unreachable!("a writer that releases is not in {other:?}"),
    }
}

fn release_reader(queue: &Queue, cown: NonNull<Queue>, next: Option<State>, effects: &mut impl Effects) {
    if let Some(State::NextWriter(writer)) = next {
        // Relaxed: carried by the subtraction, edge E7.
        queue.writer.store(writer.as_ptr(), Ordering::Relaxed);
        // One reader less and one waiting writer more. AcqRel: edges E6 and E7.
        if queue.readers.fetch_sub(READER - WRITER_WAITS, Ordering::AcqRel) == READER {
            // Relaxed: no reader is left and none can come before the writer.
            queue.readers.store(0, Ordering::Relaxed);
            effects.granted(writer);
        }
        return;
    }
    // AcqRel: edge E6; and E7 if a writer waits.
    let found = queue.readers.fetch_sub(READER, Ordering::AcqRel);
    if found == READER {
        effects.idle(cown);
    } else if found == READER + WRITER_WAITS {
        // Relaxed: as above. The cown stays active: the writer inherits its count.
        queue.readers.store(0, Ordering::Relaxed);
        // Relaxed: stored before the 1 that we have found, edge E7.
        let writer = NonNull::new(queue.writer.load(Ordering::Relaxed)).expect("stored before the bit");
        effects.granted(writer);
    }
}
