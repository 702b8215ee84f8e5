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
        Party(number % (FIRST_STATE - 1) + 1)
    }
}

/// Whose requests have entered a queue so far: of no party, of one, or mixed.
#[derive(Debug)]
pub(crate) struct Users(AtomicU32);

const NONE: u32 = 0;
/// There were several parties, or something that no workers finish. It stays so.
const MIXED: u32 = u32::MAX - 2;
/// The queue is that of a promise whose behavior belongs to an open batch: only its party, or `MIXED`.
const OPEN: u32 = u32::MAX - 1;
const OPEN_MIXED: u32 = u32::MAX;
/// The numbers of parties end here.
const FIRST_STATE: u32 = MIXED;

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

    /// A request of this party is about to enter. If the queue is open they belong to the same batch.
    #[cold]
    pub(crate) fn note(&self, party: Party) {
        if self.are_mixed() {
            return;
        }
        // Relaxed: as in `are_only`.
        let first = self.0.compare_exchange(NONE, party.0, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err_and(|found| found != party.0 && found != OPEN) {
            self.note_stranger();
        }
    }

    /// Whether there were several parties, or something that no workers finish.
    #[inline]
    pub(crate) fn are_mixed(&self) -> bool {
        // Relaxed: as in `are_only`.
        matches!(self.0.load(Ordering::Relaxed), MIXED | OPEN_MIXED)
    }

    /// A request is about to enter that no workers finish.
    #[inline]
    pub(crate) fn note_stranger(&self) {
        // Relaxed: as in `are_only`.
        if self.0.load(Ordering::Relaxed) >= FIRST_STATE {
            return self.note_stranger_while_open();
        }
        // Relaxed: as above. The word was not open, and is opened only before another thread knows it.
        self.0.store(MIXED, Ordering::Relaxed);
    }

    #[cold]
    fn note_stranger_while_open(&self) {
        // Relaxed: as in `are_only`.
        let first = self.0.compare_exchange(OPEN, OPEN_MIXED, Ordering::Relaxed, Ordering::Relaxed);
        if first.is_err_and(|found| found < FIRST_STATE) {
            // Relaxed: as in `are_only`. It has been closed just now.
            self.0.store(MIXED, Ordering::Relaxed);
        }
    }

    /// The queue is that of a promise whose behavior belongs to a batch that has not entered. No other thread knows it.
    pub(crate) fn open(&self) {
        let open = if self.are_mixed() { OPEN_MIXED } else { OPEN };
        // Relaxed: see above.
        self.0.store(open, Ordering::Relaxed);
    }

    /// Whether the promise's behavior belongs to a batch that has not entered.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        // Acquire: edge E9, pairs with the Release in `close`.
        self.0.load(Ordering::Acquire) >= OPEN
    }

    /// The batch has entered all its queues. `party`: that of its core.
    pub(crate) fn close(&self, party: Party) {
        // Release: edge E9. Relaxed on failure: it was mixed, or not open.
        let only = self.0.compare_exchange(OPEN, party.0, Ordering::Release, Ordering::Relaxed);
        if only == Err(OPEN_MIXED) {
            // Release: as above. No other value follows.
            self.0.store(MIXED, Ordering::Release);
        }
    }
}
