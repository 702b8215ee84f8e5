//! Owns: putting one thread to sleep and waking it.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::sync::{Condvar, Instant, Mutex, thread_local};

/// A token that one thread waits for and any thread gives.
///
/// Not `std::thread::park`, whose token is shared with everything else that the thread does.
#[derive(Debug, Default)]
pub(crate) struct Parker {
    token: Mutex<bool>,
    given: Condvar,
}

thread_local! {
    static CURRENT: OnceCell<Arc<Parker>> = const { OnceCell::new() };
}

impl Parker {
    pub(crate) fn new() -> Parker {
        Parker::default()
    }

    /// The calling thread's own.
    pub(crate) fn current() -> Arc<Parker> {
        // In a destructor of a thread-local the thread's own may be gone: then one for this wait only.
        CURRENT.try_with(|current| Arc::clone(current.get_or_init(Default::default))).unwrap_or_default()
    }

    /// Sleeps until the token is there, and takes it.
    pub(crate) fn park(&self) {
        let mut token = self.token.lock();
        while !std::mem::take(&mut *token) {
            self.given.wait(&mut token);
        }
    }

    /// Sleeps until the token is there or the time is over; `None`: it never is.
    pub(crate) fn park_until(&self, deadline: Option<Instant>) {
        let Some(deadline) = deadline else { return self.park() };
        let mut token = self.token.lock();
        while !std::mem::take(&mut *token) {
            if self.given.wait_until(&mut token, deadline).timed_out() {
                *token = false;
                return;
            }
        }
    }

    /// Gives the token. The lock orders what the giver did before what the taker does after.
    pub(crate) fn unpark(&self) {
        *self.token.lock() = true;
        self.given.notify_one();
    }
}
