//! Owns: what a promise's block holds over time: the body, and then the outcome.

use std::panic::Location;
use std::ptr::NonNull;

use crate::failure::Failure;
use crate::sync::{AtomicBool, Ordering, UnsafeCell};
use crate::trace;

/// The body, and then its outcome. README.md, "Who may touch the stage".
pub(crate) enum Stage<F, R> {
    Body(F),
    /// The body runs, or a resolver has not been used.
    Running,
    /// In a cell of its own: a shared holder reads through the same pointer through which an exclusive one writes.
    Value(UnsafeCell<R>),
    Failed(Failure, Seen),
    Taken,
}

/// Whether somebody has requested or joined a failed promise; if nobody has, tracing warns.
#[derive(Debug, Default)]
pub(crate) struct Seen(AtomicBool);

impl Seen {
    fn set(&self) {
        // Relaxed: read when nobody else has the promise any more.
        self.0.store(true, Ordering::Relaxed);
    }

    fn get(&self) -> bool {
        // Relaxed: as above.
        self.0.load(Ordering::Relaxed)
    }
}

impl<F, R> Stage<F, R> {
    pub(crate) fn value_of(value: R) -> Self {
        Stage::Value(UnsafeCell::new(value))
    }

    pub(crate) fn failed(failure: Failure) -> Self {
        Stage::Failed(failure, Seen::default())
    }

    /// The value, for a holder of the promise.
    pub(crate) fn value(&self) -> Result<NonNull<()>, Failure> {
        match self {
            Stage::Value(value) => {
                Ok(NonNull::new(value.get()).expect("a cell's value has an address").cast())
            }
            Stage::Failed(failure, seen) => {
                seen.set();
                Err(failure.clone())
            }
            Stage::Taken => Err(Failure::taken()),
            Stage::Body(_) | Stage::Running => unreachable!("a promise is granted after it is finished"),
        }
    }

    /// Moves the value out, for an exclusive holder of the promise.
    pub(crate) fn take(&mut self) -> Result<R, Failure> {
        match std::mem::replace(self, Stage::Taken) {
            Stage::Value(value) => Ok(value.into_inner()),
            Stage::Failed(failure, seen) => {
                // A failure is not used up: later requests fail with it too.
                seen.set();
                *self = Stage::Failed(failure.clone(), seen);
                Err(failure)
            }
            Stage::Taken => Err(Failure::taken()),
            Stage::Body(_) | Stage::Running => unreachable!("a promise is granted after it is finished"),
        }
    }

    /// Whether dropping it does nothing, given that `R` needs no drop.
    pub(crate) fn is_inert(&self) -> bool {
        !matches!(self, Stage::Failed(..))
    }

    /// Drops the outcome; the last handle of the promise is gone. `place` is where its behavior was
    /// scheduled.
    pub(crate) fn end(&mut self, place: Option<&'static Location<'static>>) {
        match self {
            Stage::Failed(failure, seen) if !seen.get() => trace::unseen(failure, place),
            _ => {}
        }
        drop(std::mem::replace(self, Stage::Taken));
    }
}
