//! Owns: the end of a queue: taking a turn there, and the bit that says whether the last slot may be unpublished. README.md, part 2.

use std::ptr;

use crate::sync::{AtomicPtr, Ordering};

use super::status::Status;

/// The word `tail`: the last slot's status, with [`UNSETTLED`].
#[derive(Debug)]
#[repr(transparent)]
pub(super) struct Tail(AtomicPtr<Status>);

/// The last slot may not be published yet: its successor looks at its status.
const UNSETTLED: usize = 1;

/// What a slot found when it took its turn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before(*mut Status);

impl Before {
    /// The slot before it; null if the queue was empty.
    #[inline]
    pub(super) fn slot(self) -> *mut Status {
        self.0.map_addr(|addr| addr & !UNSETTLED)
    }

    /// Whether that slot may not be published yet.
    #[inline]
    pub(super) fn is_unsettled(self) -> bool {
        self.0.addr() & UNSETTLED != 0
    }
}

fn unsettled(status: *mut Status) -> *mut Status {
    status.map_addr(|addr| addr | UNSETTLED)
}

impl Tail {
    pub(super) fn new(status: *mut Status) -> Tail {
        Tail(AtomicPtr::new(status))
    }

    /// Takes a turn for a slot that is published later.
    #[inline]
    pub(super) fn take_unsettled(&self, status: *mut Status) -> Before {
        // Release: edge E1 for our successor. Acquire: edges E1, E2 and E4 from the slots before.
        Before(self.0.swap(unsettled(status), Ordering::AcqRel))
    }

    /// Takes a turn for a slot that is published as soon as the one before it is, if that is published, and no other slot comes in
    /// between: the slot before, or null.
    #[inline]
    pub(super) fn try_take(&self, status: *mut Status) -> Option<*mut Status> {
        // Relaxed: the exchange decides.
        let found = self.0.load(Ordering::Relaxed);
        if found.addr() & UNSETTLED != 0 {
            return None;
        }
        // AcqRel: as in `take_unsettled`. Relaxed on failure: the caller goes another way.
        self.0.compare_exchange(found, status, Ordering::AcqRel, Ordering::Relaxed).ok()
    }

    /// Takes a turn for a slot that is published as soon as the one before it is.
    pub(super) fn take(&self, status: *mut Status) -> Before {
        // Relaxed: the exchange decides.
        let mut found = self.0.load(Ordering::Relaxed);
        loop {
            let before = Before(found);
            let new = if before.is_unsettled() { unsettled(status) } else { status };
            // AcqRel: as in `take_unsettled`. Relaxed on failure: tried again.
            match self.0.compare_exchange(found, new, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return before,
                Err(other) => found = other,
            }
        }
    }

    /// Clears the bit for a slot that is published now. `false`: it is not the last any more.
    #[inline]
    pub(super) fn try_settle(&self, status: *mut Status) -> bool {
        // Release: edge E2. Relaxed on failure: the successor is found by way of the slot's status.
        self.0.compare_exchange(unsettled(status), status, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// `true` if `status` was the last in the queue, which is empty now.
    #[inline]
    pub(super) fn try_leave_last(&self, status: *mut Status) -> bool {
        // Release: edge E4. Relaxed on failure: `wait_linked` acquires. No bit: INV-7.
        self.0.compare_exchange(status, ptr::null_mut(), Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Whether a slot is the last, and published. Only asked when no slot can enter any more.
    #[inline]
    pub(super) fn is(&self, status: *mut Status) -> bool {
        // Relaxed: what entered did so before the handle was given up that the asker knows to be gone.
        self.0.load(Ordering::Relaxed) == status
    }

    #[cfg(test)]
    pub(super) fn load(&self) -> (*mut Status, bool) {
        let before = Before(self.0.load(Ordering::Acquire));
        (before.slot(), before.is_unsettled())
    }

    /// The cown dies: for the models, which find a thread that touches the word meanwhile or later.
    #[cfg(all(test, loom))]
    pub(super) fn bury(&mut self) {
        self.0.with_mut(|tail| assert!(tail.is_null(), "dies with a queue"));
    }
}
