//! Owns: the sleep of a scheduler that waits until the slot before its own is published: README.md, part 2.

#![expect(unsafe_code, reason = "names a slot to another thread")]

use std::ptr::NonNull;
use std::sync::Arc;

use crate::sync::{Condvar, Mutex};

use super::Slot;

/// Shared by the scheduler that waits and the thread that publishes.
#[derive(Debug)]
// So that the tag of a status word fits into its address.
#[repr(align(8))]
pub(super) struct Watch {
    /// To be linked and published by the thread that wakes the scheduler. `None`: the scheduler does
    /// that itself, when it has entered its other queues.
    slot: Option<NonNull<Slot>>,
    awake: Mutex<bool>,
    woken: Condvar,
}

// SAFETY: the slot is no more than named here. The one thread that takes the watch out of a status
// word links it, with what its scheduler wrote before (edge E8).
unsafe impl Send for Watch {}
// SAFETY: as above.
unsafe impl Sync for Watch {}

impl Watch {
    pub(super) fn new(slot: Option<NonNull<Slot>>) -> Arc<Watch> {
        Arc::new(Watch { slot, awake: Mutex::new(false), woken: Condvar::default() })
    }

    pub(super) fn slot(&self) -> Option<NonNull<Slot>> {
        self.slot
    }

    /// Sleeps until [`Watch::wake`] is called. The lock orders what came before that.
    pub(super) fn wait(&self) {
        let mut awake = self.awake.lock();
        while !*awake {
            self.woken.wait(&mut awake);
        }
    }

    pub(super) fn wake(&self) {
        *self.awake.lock() = true;
        self.woken.notify_one();
    }
}
