//! Owns: what `#[boc::main]` does.

use std::process;

use crate::pinned::MainThread;

use super::{Builder, Runtime, global, quiesce};

/// The options of `#[boc::main]`.
#[derive(Debug, Default)]
pub struct MainOptions {
    builder: Builder,
}

impl MainOptions {
    /// None.
    pub fn new() -> MainOptions {
        MainOptions { builder: Runtime::builder() }
    }

    /// How many workers the global runtime has.
    #[must_use]
    pub fn workers(self, workers: usize) -> MainOptions {
        MainOptions { builder: self.builder.workers(workers) }
    }
}

/// Claims the thread, runs `body`, waits (pumping) for everything that was scheduled.
///
/// A runtime that cannot be set up ends the process with a message and code 2.
pub fn run_main<R>(options: MainOptions, body: impl FnOnce(MainThread) -> R) -> R {
    if let Err(error) = global::set_up(options.builder) {
        eprintln!("error: {error}");
        process::exit(2);
    }
    let main = match MainThread::claim() {
        Ok(main) => main,
        Err(error) => {
            eprintln!("error: {error}");
            process::exit(2);
        }
    };
    // The body owns a token and may drop it; this one keeps the thread's part alive for the waiting.
    let result = body(main.share());
    quiesce::wait();
    drop(main);
    result
}
