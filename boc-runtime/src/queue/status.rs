//! Owns: the slot's status word. Touches: `crate::sync`. Protocol: README.md, parts 1 to 3.

#![expect(unsafe_code, reason = "a pointer taken out of the word is known not to be null")]

use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::memory::prefetch;
use crate::spin::Spin;
use crate::sync::{AtomicPtr, Ordering, overwrite};

use super::Slot;
use super::watch::Watch;

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
    /// `Ready`, or `Published`.
    Ready,
    Reading,
    NextWriter(NonNull<Slot>),
    NextReader(NonNull<Slot>),
    Done,
    /// In no queue, or not published.
    Entering,
}

/// What a slot's status was when the slot was published.
#[derive(Debug)]
#[must_use = "a successor may depend on it"]
pub(super) enum Successor {
    /// It finds `Published`, or has not come yet.
    Goes,
    /// Its scheduler sleeps.
    Watches(Arc<Watch>),
}

const TAGS: usize = 0b111;
/// Before the slot enters. Afterwards the pointer is that of a watch.
const UNENTERED: usize = 0;
const WATCHED: usize = 0;
const READY: usize = 1;
const READING: usize = 2;
const NEXT_WRITER: usize = 3;
const NEXT_READER: usize = 4;
const DONE: usize = 5;
const PUBLISHED: usize = 6;

/// How often a scheduler looks at a predecessor that is not published before it sleeps.
const LOOKS: u32 = if cfg!(all(test, any(loom, shuttle))) { 1 } else { 12 };

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
            READY | PUBLISHED => State::Ready,
            READING => State::Reading,
            // SAFETY: a link.
            NEXT_WRITER => State::NextWriter(unsafe { self.link() }),
            // SAFETY: a link.
            NEXT_READER => State::NextReader(unsafe { self.link() }),
            DONE => State::Done,
            _ => State::Entering,
        }
    }
}

impl Status {
    /// A slot that stands in no queue.
    #[inline]
    pub(crate) fn unentered() -> Status {
        Status(AtomicPtr::new(bare(UNENTERED)))
    }

    /// The slot of a promise's producer: it leads the queue from the start.
    #[inline]
    pub(crate) fn ready() -> Status {
        Status(AtomicPtr::new(bare(READY)))
    }

    /// Notes which slot of the behavior enters after this one. Only before it enters, and only its scheduler calls this.
    #[inline]
    pub(super) fn put_before(&self, next: NonNull<Slot>) {
        // Relaxed: no other thread knows the slot.
        self.0.store(tagged(next.as_ptr(), UNENTERED), Ordering::Relaxed);
    }

    /// What [`Status::put_before`] has noted. Only before the slot enters.
    #[inline]
    pub(super) fn next_to_enter(&self) -> Option<NonNull<Slot>> {
        // Relaxed: written by this thread.
        let word = self.0.load(Ordering::Relaxed);
        debug_assert_eq!(word.addr() & TAGS, UNENTERED, "the slot has entered");
        NonNull::new(word.cast())
    }

    /// `Unentered` to `Ready`: the slot is about to enter.
    #[inline]
    pub(super) fn make_ready(&self) {
        // Relaxed: released by the turn, edge E1.
        self.0.store(bare(READY), Ordering::Relaxed);
    }

    /// `Ready` or `Watched` to `Published`, for a slot that has entered with the bit and is not the last any more.
    pub(super) fn publish(&self) -> Successor {
        // Release: edge E2. Acquire: edge E8.
        let word = self.0.swap(bare(PUBLISHED), Ordering::AcqRel);
        match word.addr() & TAGS {
            // SAFETY: the count that `try_watch` has left here; the slot has entered, so it is a watch.
            WATCHED => Successor::Watches(unsafe { Arc::from_raw(word.cast::<Watch>()) }),
            tag => {
                debug_assert_eq!(tag, READY, "published twice");
                Successor::Goes
            }
        }
    }

    /// Whether this slot is published. Only asked by a successor that came while it may not have been.
    fn is_published(&self) -> bool {
        // Acquire: edge E2, pairs with the Release in `publish`.
        self.0.load(Ordering::Acquire) != bare(READY)
    }

    /// Waits until this slot is published. Only a successor calls this that came while it may not have been.
    ///
    /// `slot`: the successor, if it is the only one of its behavior. Whether another thread has published and linked it: then it may be
    /// gone.
    #[cold]
    #[inline(never)]
    pub(super) fn wait_published(&self, slot: Option<NonNull<Slot>>) -> bool {
        let mut spin = Spin::new();
        for _ in 0..LOOKS {
            if self.is_published() {
                return false;
            }
            spin.wait();
        }
        let watch = Watch::new(slot);
        let watched = self.try_watch(&watch);
        if watched {
            watch.wait();
        }
        watched && slot.is_some()
    }

    /// Whether a scheduler sleeps until this slot is published.
    #[cfg(test)]
    pub(super) fn is_watched(&self) -> bool {
        let word = self.0.load(Ordering::Acquire);
        word.addr() & TAGS == WATCHED && !word.is_null()
    }

    /// `Ready` to `Watched`. `false`: this slot is published.
    fn try_watch(&self, watch: &Arc<Watch>) -> bool {
        let raw = Arc::into_raw(Arc::clone(watch));
        // Release: edge E8. Acquire on failure: edge E2, pairs with the Release in `publish`.
        let watched = self.0.compare_exchange(
            bare(READY),
            tagged(raw.cast_mut(), WATCHED),
            Ordering::Release,
            Ordering::Acquire,
        );
        if watched.is_err() {
            // SAFETY: the count made above, which `publish` has not got.
            drop(unsafe { Arc::from_raw(raw) });
        }
        watched.is_ok()
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

    /// Links a slot behind this one on its behalf: its scheduler sleeps, and this slot is neither granted nor read.
    pub(super) fn link_sleeper(&self, successor: NonNull<Slot>, shared: bool) {
        let tag = if shared { NEXT_READER } else { NEXT_WRITER };
        // Relaxed: the first slot of the chain is linked, or arrives, after this and on this thread, which releases it (edge E3). A
        // plain store: the successor's scheduler sleeps, and this slot is not linked itself.
        overwrite(&self.0, tagged(successor.as_ptr(), tag), Ordering::Relaxed);
    }

    /// `Ready` or `Published` to another state. Otherwise what is there.
    #[inline]
    fn replace_ready(&self, new: *mut (), order: Ordering) -> Result<(), Word> {
        // Acquire on failure: edges E3 and E5.
        match self.0.compare_exchange(bare(READY), new, order, Ordering::Acquire) {
            Ok(_) => Ok(()),
            Err(word) if word == bare(PUBLISHED) => {
                // As above. A published slot is never `Ready` again.
                let replaced = self.0.compare_exchange(word, new, order, Ordering::Acquire);
                replaced.map(|_| ()).map_err(Word)
            }
            Err(word) => Err(Word(word)),
        }
    }

    /// Links a reader behind this slot if it is `Ready`; `false`: it is `Reading`, and the reader joins.
    #[must_use = "a reader that is not linked has to join"]
    #[inline]
    pub(crate) fn try_link_reader(&self, reader: NonNull<Slot>) -> bool {
        let link = tagged(reader.as_ptr(), NEXT_READER);
        // Release: edge E3. On failure: edge E5, pairs with the Release in `try_activate`.
        let linked = self.replace_ready(link, Ordering::Release);
        debug_assert!(linked.is_ok() || linked.is_err_and(|word| word.0.addr() == READING));
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
        self.replace_ready(bare(READING), Ordering::AcqRel).map_err(Word::state)
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
