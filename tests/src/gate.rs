//! A gate that bodies wait at until the test opens it: how a test makes a schedule happen on purpose.

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: usize,
}

/// Closed at first. Clones share it, and it opens when the first one is dropped: a test that fails must not leave
/// bodies behind that wait for ever.
#[derive(Debug, Default)]
pub struct Gate {
    shared: Arc<(Mutex<State>, Condvar)>,
    is_clone: bool,
}

impl Clone for Gate {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), is_clone: true }
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        if !self.is_clone {
            self.open();
        }
    }
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.shared.0.lock().open = true;
        self.shared.1.notify_all();
    }

    /// Waits until the gate is open.
    pub fn pass(&self) {
        let mut state = self.shared.0.lock();
        state.waiting += 1;
        self.shared.1.notify_all();
        while !state.open {
            self.shared.1.wait(&mut state);
        }
        state.waiting -= 1;
    }

    /// Waits until `count` threads wait at the gate.
    pub fn until_waiting(&self, count: usize) {
        let mut state = self.shared.0.lock();
        while state.waiting < count {
            self.shared.1.wait(&mut state);
        }
    }
}
