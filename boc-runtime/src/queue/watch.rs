//! Owns: the sleep of a scheduler that waits until the slot before its own is published: README.md, part 2.

use std::sync::Arc;

use crate::sync::{Condvar, Mutex};

/// Shared by the scheduler that waits and the thread that publishes.
#[derive(Debug, Default)]
// So that the tag of a status word fits into its address.
#[repr(align(8))]
pub(super) struct Watch {
    published: Mutex<bool>,
    woken: Condvar,
}

impl Watch {
    pub(super) fn new() -> Arc<Watch> {
        Arc::default()
    }

    /// Sleeps until [`Watch::wake`] is called. The lock orders what came before that.
    pub(super) fn wait(&self) {
        let mut published = self.published.lock();
        while !*published {
            self.woken.wait(&mut published);
        }
    }

    pub(super) fn wake(&self) {
        *self.published.lock() = true;
        self.woken.notify_one();
    }
}
