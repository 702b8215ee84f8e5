//! Owns: a door between the main thread and a body. Its waiter sleeps: channels and `Runtime::quiesce` spin or look at the
//! clock before they do.

use std::sync::{Arc, Mutex};
use std::thread::{self, Thread};

/// Is opened so many times, and one thread waits for that.
pub(crate) struct Gate(Mutex<State>);

struct State {
    opened: u64,
    waiter: Option<Thread>,
}

impl Gate {
    pub(crate) fn new() -> Arc<Gate> {
        Arc::new(Gate(Mutex::new(State { opened: 0, waiter: None })))
    }

    pub(crate) fn open(&self) {
        let waiter = {
            let mut state = self.0.lock().expect("nobody panics with it");
            state.opened += 1;
            state.waiter.clone()
        };
        if let Some(waiter) = waiter {
            waiter.unpark();
        }
    }

    /// Sleeps until the gate has been opened `times` times in all.
    pub(crate) fn wait(&self, times: u64) {
        loop {
            {
                let mut state = self.0.lock().expect("nobody panics with it");
                if state.opened >= times {
                    return;
                }
                state.waiter = Some(thread::current());
            }
            thread::park();
        }
    }
}
