//! Owns: whose requests have entered a queue: README.md, part 7.

use std::ptr::{self, NonNull};

use crate::sync::{AtomicPtr, Ordering};

/// Whose requests have entered a queue so far: of no party, of one, or mixed. A *party* is a core,
/// known by its address: its workers finish whatever its behaviors hold.
#[derive(Debug)]
pub(crate) struct Users(AtomicPtr<()>);

/// Tag: there were others, too, or something that no workers finish.
const MIXED: usize = 1;

impl Users {
    /// No request has entered.
    #[inline]
    pub(crate) fn none() -> Users {
        Users(AtomicPtr::new(ptr::null_mut()))
    }

    /// A party leads the queue from the start.
    #[inline]
    pub(crate) fn only<T>(party: NonNull<T>) -> Users {
        Users(AtomicPtr::new(party.as_ptr().cast()))
    }

    /// Something leads the queue, or may, that no workers finish.
    pub(crate) fn mixed() -> Users {
        Users(AtomicPtr::new(ptr::without_provenance_mut(MIXED)))
    }

    /// Whether all requests so far are of this party.
    #[inline]
    pub(crate) fn are_only<T>(&self, party: NonNull<T>) -> bool {
        // Relaxed: README.md, part 7: ordered by the turns in the queue.
        ptr::eq(self.0.load(Ordering::Relaxed), party.as_ptr().cast())
    }

    /// The party that leads the queue from the start, mixed or not.
    #[inline]
    pub(crate) fn first<T>(&self) -> *mut T {
        // Relaxed: of a queue that a party leads, only the tag ever changes.
        self.0.load(Ordering::Relaxed).map_addr(|addr| addr & !MIXED).cast()
    }

    /// A request of this party is about to enter.
    #[inline]
    pub(crate) fn note<T>(&self, party: NonNull<T>) {
        if !self.are_only(party) {
            self.note_another(party.as_ptr().cast());
        }
    }

    #[cold]
    fn note_another(&self, party: *mut ()) {
        if self.are_mixed() {
            return;
        }
        // Relaxed: as in `are_only`.
        let first = self.0.compare_exchange(ptr::null_mut(), party, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err_and(|found| !ptr::eq(found, party)) {
            self.note_stranger();
        }
    }

    /// As [`note_stranger`](Users::note_stranger), of a queue that no other thread knows.
    #[inline]
    pub(crate) fn note_first_stranger(&self) {
        // Relaxed: as in `are_only`. No read-modify-write: the caller's alone.
        self.0.store(self.0.load(Ordering::Relaxed).map_addr(|addr| addr | MIXED), Ordering::Relaxed);
    }

    /// Whether there were several parties, or something that no workers finish.
    #[inline]
    pub(crate) fn are_mixed(&self) -> bool {
        // Relaxed: as in `are_only`.
        self.0.load(Ordering::Relaxed).addr() & MIXED != 0
    }

    /// A request is about to enter that no workers finish.
    #[cold]
    pub(crate) fn note_stranger(&self) {
        // Relaxed: as in `are_only`. No more than a tag: the rest of the word stays.
        let mix = |word: *mut ()| (word.addr() & MIXED == 0).then(|| word.map_addr(|addr| addr | MIXED));
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mix);
    }
}
