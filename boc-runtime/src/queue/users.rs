//! Owns: whose requests have entered a queue: README.md, part 7.

use crate::sync::{AtomicU32, Ordering};

/// Those whose requests need no watching among themselves: a core, whose workers finish whatever its
/// behaviors hold. A number, so that a queue has room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Party(u32);

impl Party {
    /// The party of this number, of those that there ever were.
    ///
    /// Two have the same number if 2^32 runtimes were made between them. Then a behavior of one that
    /// waits for the other is not tracked, and is not given up when its runtime is dropped.
    pub(crate) fn new(number: u32) -> Party {
        Party(number % (MIXED - 1) + 1)
    }
}

/// Whose requests have entered a queue so far: of no party, of one, or mixed.
#[derive(Debug)]
pub(crate) struct Users(AtomicU32);

const NONE: u32 = 0;
/// There were several parties, or something that no workers finish. It stays so.
const MIXED: u32 = u32::MAX;

impl Users {
    /// No request has entered.
    #[inline]
    pub(crate) fn none() -> Users {
        Users(AtomicU32::new(NONE))
    }

    /// A party leads the queue from the start.
    #[inline]
    pub(crate) fn only(party: Party) -> Users {
        Users(AtomicU32::new(party.0))
    }

    /// Something leads the queue, or may, that no workers finish.
    pub(crate) fn mixed() -> Users {
        Users(AtomicU32::new(MIXED))
    }

    /// Whether all requests so far are of this party.
    #[inline]
    pub(crate) fn are_only(&self, party: Party) -> bool {
        // Relaxed: README.md, part 7: ordered by the turns in the queue.
        self.0.load(Ordering::Relaxed) == party.0
    }

    /// A request of this party is about to enter.
    #[cold]
    pub(crate) fn note(&self, party: Party) {
        // Relaxed: as in `are_only`.
        let first = self.0.compare_exchange(NONE, party.0, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err_and(|found| found != party.0) {
            self.note_stranger();
        }
    }

    /// Whether there were several parties, or something that no workers finish.
    #[inline]
    pub(crate) fn are_mixed(&self) -> bool {
        // Relaxed: as in `are_only`.
        self.0.load(Ordering::Relaxed) == MIXED
    }

    /// A request is about to enter that no workers finish.
    #[inline]
    pub(crate) fn note_stranger(&self) {
        // Relaxed: as in `are_only`. No other value follows this one.
        self.0.store(MIXED, Ordering::Relaxed);
    }
}
