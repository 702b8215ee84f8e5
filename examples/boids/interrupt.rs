//! Ctrl-C as a question that the program asks between two frames, so that it can clean up first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::error::Error;

/// Watches for Ctrl-C, and for a polite request to end.
#[derive(Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches from now on. Who asks a second time is not kept waiting: the process ends at once.
    pub(crate) fn watch() -> Result<Self, Error> {
        let asked = Arc::default();
        for signal in [SIGINT, SIGTERM] {
            // In this order: the first time the flag is not set yet.
            flag::register_conditional_shutdown(signal, Error::INTERRUPTED.into(), Arc::clone(&asked))
                .and_then(|_| flag::register(signal, Arc::clone(&asked)))
                .map_err(|error| Error::failed(format!("cannot watch for Ctrl-C: {error}")))?;
        }
        Ok(Self(asked))
    }

    /// An error once somebody has asked.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) { Err(Error::interrupted()) } else { Ok(()) }
    }
}
