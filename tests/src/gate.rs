//! A gate that bodies wait at until the test opens it: how a test makes a schedule happen on purpose.

use std::sync::{Arc, Condvar, Mutex};

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: usize,
}

/// Closed at first. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Gate(Arc<(Mutex<State>, Condvar)>);

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets everybody through, now and later.
    pub fn open(&self) {
        self.0.0.lock().expect("gate").open = true;
        self.0.1.notify_all();
    }

    /// Waits until the gate is open.
    pub fn pass(&self) {
        let mut state = self.0.0.lock().expect("gate");
        state.waiting += 1;
        self.0.1.notify_all();
        while !state.open {
            state = self.0.1.wait(state).expect("gate");
        }
        state.waiting -= 1;
    }

    /// Waits until `count` threads wait at the gate.
    pub fn until_waiting(&self, count: usize) {
        let mut state = self.0.0.lock().expect("gate");
        while state.waiting < count {
            state = self.0.1.wait(state).expect("gate");
        }
    }
}
