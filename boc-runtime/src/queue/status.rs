//! Owns: the slot's status word. Touches: `crate::sync`. Protocol: README.md, parts 1 to 3.

#![expect(unsafe_code, reason = "a pointer taken out of the word is known not to be null")]

use std::ptr::{self, NonNull};

use crate::memory::prefetch;
use crate::spin::Spin;
use crate::sync::{AtomicPtr, Ordering, overwrite};

use super::Slot;

/// The status of a slot: a pointer to a slot (8-aligned) with the state in its three low bits.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Status(AtomicPtr<()>);

/// A reading of the word.
#[derive(Clone, Copy)]
pub(crate) struct Word(*mut ());

/// What a status word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Wait,
    Ready,
    Reading,
    NextWriter(NonNull<Slot>),
    NextReader(NonNull<Slot>),
    Done,
}

const TAGS: usize = 0b111;
const WAIT: usize = 0;
const READY: usize = 1;
const READING: usize = 2;
const NEXT_WRITER: usize = 3;
const NEXT_READER: usize = 4;
const DONE: usize = 5;

fn tagged<T>(pointer: *mut T, tag: usize) -> *mut () {
    debug_assert!(pointer.addr() & TAGS == 0, "{pointer:?} is not aligned for a tag");
    pointer.cast::<()>().map_addr(|addr| addr | tag)
}

fn bare(tag: usize) -> *mut () {
    ptr::without_provenance_mut(tag)
}

impl Word {
    /// The slot of a link.
    ///
    /// # Safety
    /// The word is one of the two link states.
    #[inline]
    unsafe fn link(self) -> NonNull<Slot> {
        let slot = self.0.map_addr(|addr| addr & !TAGS).cast::<Slot>();
        // SAFETY: links are made from a `NonNull`.
        unsafe { NonNull::new_unchecked(slot) }
    }

    /// Nobody is linked behind a slot that holds its cown.
    #[inline]
    pub(crate) fn is_ready(self) -> bool {
        self.0.addr() == READY
    }

    /// The writer that is linked behind the slot, if one is.
    #[inline]
    pub(crate) fn next_writer(self) -> Option<NonNull<Slot>> {
        // SAFETY: a link.
        (self.0.addr() & TAGS == NEXT_WRITER).then(|| unsafe { self.link() })
    }

    #[inline]
    pub(crate) fn state(self) -> State {
        match self.0.addr() & TAGS {
            WAIT => State::Wait,
            READY => State::Ready,
            READING => State::Reading,
            // SAFETY: a link.
            NEXT_WRITER => State::NextWriter(unsafe { self.link() }),
            // SAFETY: a link.
            NEXT_READER => State::NextReader(unsafe { self.link() }),
            _ => State::Done,
        }
    }
}

impl Status {
    /// A slot whose behavior is still entering its queues.
    #[inline]
    pub(crate) fn waiting() -> Status {
        Status(AtomicPtr::new(bare(WAIT)))
    }

    /// The slot of a promise's producer: it leads the queue from the start.
    #[inline]
    pub(crate) fn ready() -> Status {
        Status(AtomicPtr::new(bare(READY)))
    }

    /// Keeps a pointer in the word: before the slot has entered, the one that enters after it; then, until it is published, its
    /// predecessor. Only the scheduler of the slot calls this.
    #[inline]
    pub(crate) fn remember(&self, other: *mut Status) {
        // Relaxed: still `Wait` for everybody else; the pointer is read back by this thread only.
        self.0.store(tagged(other, WAIT), Ordering::Relaxed);
    }

    /// What [`Status::remember`] has kept; null if there is none.
    #[inline]
    pub(crate) fn remembered(&self) -> *mut Status {
        // Relaxed: written by this thread.
        let word = self.0.load(Ordering::Relaxed);
        debug_assert_eq!(word.addr() & TAGS, WAIT, "remembered() after publish()");
        word.cast()
    }

    /// `Wait` to `Ready`.
    #[inline]
    pub(crate) fn publish(&self) {
        // Release: edge E2, pairs with the Acquire in `wait_published`.
        self.0.store(bare(READY), Ordering::Release);
    }

    /// Whether this slot's behavior has entered all of its queues.
    #[inline]
    pub(crate) fn is_published(&self) -> bool {
        // Acquire: edge E2, pairs with the Release in `publish`.
        self.0.load(Ordering::Acquire).addr() & TAGS != WAIT
    }

    /// Waits until this slot's behavior has entered all of its queues: most often it has.
    #[inline]
    pub(crate) fn wait_published(&self) {
        if !self.is_published() {
            self.spin_until_published();
        }
    }

    #[cold]
    #[inline(never)]
    fn spin_until_published(&self) {
        let mut spin = Spin::new();
        while !self.is_published() {
            spin.wait();
        }
    }

    /// The word, with what its writer wrote before.
    #[inline]
    pub(crate) fn read(&self) -> Word {
        // Acquire: edge E3, pairs with the Release of the links.
        Word(self.0.load(Ordering::Acquire))
    }

    /// As [`Status::read`], for whoever has to tell all states apart.
    #[inline]
    pub(crate) fn load(&self) -> State {
        self.read().state()
    }

    /// Brings the slot that is linked behind, if one is, towards the cache, and what is around it.
    #[inline]
    pub(crate) fn prefetch_next(&self) {
        // Relaxed: nothing is read through the pointer.
        let next = self.0.load(Ordering::Relaxed).map_addr(|addr| addr & !TAGS).cast::<u8>();
        prefetch(next);
        prefetch(next.wrapping_sub(64));
        prefetch(next.wrapping_add(32));
    }

    /// Waits until somebody has linked behind this slot; called once the tail is known to have moved on.
    #[inline]
    pub(crate) fn wait_linked(&self) -> State {
        let mut spin = Spin::new();
        loop {
            match self.load() {
                State::Ready | State::Reading => spin.wait(),
                linked => return linked,
            }
        }
    }

    /// Links a writer behind this slot, whatever it does at the moment.
    #[inline]
    pub(crate) fn link_writer(&self, writer: NonNull<Slot>) {
        // Release: edge E3. A plain store: nobody else links, and a walk that turns `Ready` into `Reading` either did so
        // before (then `Reading` has done its work: the reader's release sees this link) or finds this link.
        overwrite(&self.0, tagged(writer.as_ptr(), NEXT_WRITER), Ordering::Release);
    }

    /// Links a reader behind this slot if it is `Ready`; `false`: it is `Reading`, and the reader joins.
    #[must_use = "a reader that is not linked has to join"]
    #[inline]
    pub(crate) fn try_link_reader(&self, reader: NonNull<Slot>) -> bool {
        let link = tagged(reader.as_ptr(), NEXT_READER);
        // Release: edge E3. Acquire on failure: edge E5, pairs with the Release in `try_activate`.
        let linked = self.0.compare_exchange(bare(READY), link, Ordering::Release, Ordering::Acquire);
        debug_assert!(linked.is_ok() || linked.is_err_and(|word| word.addr() == READING));
        linked.is_ok()
    }

    /// Links a reader behind an active reader, after it has been counted.
    #[inline]
    pub(crate) fn link_joiner(&self, reader: NonNull<Slot>) {
        // Release: the joiner's addition to `readers` comes before our release's subtraction (race "a joiner against
        // the release"), pairs with the Acquire in `load`. A plain store: only the joiner leaves `Reading`.
        self.0.store(tagged(reader.as_ptr(), NEXT_READER), Ordering::Release);
    }

    /// `Ready` to `Reading`; otherwise what is linked behind.
    #[inline]
    pub(crate) fn try_activate(&self) -> Result<(), State> {
        // Release: edge E5. Acquire on both ways: edge E3, pairs with the Release of the links.
        match self.0.compare_exchange(bare(READY), bare(READING), Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(word) => Err(Word(word).state()),
        }
    }

    /// Marks a producer as finished.
    #[inline]
    pub(crate) fn finish(&self) {
        // Release: pairs with the Acquire in `is_finished`.
        self.0.store(bare(DONE), Ordering::Release);
    }

    /// Whether [`Status::finish`] was called.
    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        // Acquire: pairs with the Release in `finish`.
        self.0.load(Ordering::Acquire).addr() == DONE
    }

    /// The slot is freed: for the models, which find whoever touches it meanwhile or later.
    #[cfg(all(test, loom))]
    pub(super) fn bury(&mut self) {
        self.0.with_mut(|word| *word = ptr::null_mut());
    }
}
