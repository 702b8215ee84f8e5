//! Owns: the end of a worker's thread, as other threads wait for it: README.md, part 3.

use std::sync::Arc;

use crate::sync::thread::JoinHandle;
use crate::sync::{Condvar, Instant, Mutex, sleep_until};

/// Told when a thread of a core is at its end.
#[derive(Debug, Default)]
pub(super) struct ThreadEnd {
    told: Mutex<bool>,
    changed: Condvar,
}

impl ThreadEnd {
    /// The thread is at its end.
    pub(super) fn tell(&self) {
        *self.told.lock() = true;
        self.changed.notify_all();
    }

    pub(super) fn is_told(&self) -> bool {
        *self.told.lock()
    }

    /// Waits for the end. `false`: the deadline came first.
    pub(super) fn wait_until(&self, deadline: Option<Instant>) -> bool {
        let mut told = self.told.lock();
        while !*told {
            if !sleep_until(&self.changed, &mut told, deadline) {
                return *told;
            }
        }
        true
    }
}

/// A worker's thread, as its core knows it.
#[derive(Debug)]
pub(super) struct Thread {
    /// Told when the last destructor of its thread-locals has run; or when it has left the core, if a
    /// spawn handler has made it.
    end: Arc<ThreadEnd>,
    /// If the core has made it.
    handle: Option<JoinHandle<()>>,
}

impl Thread {
    pub(super) fn new(end: Arc<ThreadEnd>, handle: JoinHandle<()>) -> Thread {
        Thread { end, handle: Some(handle) }
    }

    /// One that a spawn handler has made.
    pub(super) fn visitor(end: Arc<ThreadEnd>) -> Thread {
        Thread { end, handle: None }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.end.is_told()
    }

    /// Waits for the thread's end and joins it.
    ///
    /// # Errors
    /// The thread itself, if the deadline came first.
    pub(super) fn join(self, deadline: Option<Instant>) -> Result<(), Thread> {
        // Without a deadline the system's own wait does.
        if (deadline.is_some() || self.handle.is_none()) && !self.end.wait_until(deadline) {
            return Err(self);
        }
        if let Some(handle) = self.handle {
            handle.join().expect("a worker that panics aborts");
        }
        Ok(())
    }
}
