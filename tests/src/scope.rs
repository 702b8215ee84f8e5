//! Scoped threads as those of the standard library, each of which is joined.
//!
//! The end of a scope of the library waits for its threads inside of the library, where ThreadSanitizer does not see that it
//! does; joining it sees.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

use parking_lot::Mutex;

/// What [`scope`] lends: threads may borrow what outlives it.
#[derive(Debug)]
pub struct Scope<'scope, 'env> {
    scope: &'scope thread::Scope<'scope, 'env>,
    threads: Mutex<Vec<ScopedJoinHandle<'scope, ()>>>,
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread.
    pub fn spawn(&self, body: impl FnOnce() + Send + 'scope) {
        self.threads.lock().push(self.scope.spawn(body));
    }
}

/// Runs `body`, and then waits for the threads that it has started. A panic of one of them comes out here.
pub fn scope<'env, R>(body: impl for<'scope> FnOnce(&Scope<'scope, 'env>) -> R) -> R {
    thread::scope(|scope| {
        let scope = Scope { scope, threads: Mutex::default() };
        let result = body(&scope);
        for thread in scope.threads.into_inner() {
            thread.join().unwrap_or_else(|payload| resume_unwind(payload));
        }
        result
    })
}
