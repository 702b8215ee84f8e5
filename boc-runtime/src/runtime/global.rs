//! Owns: the global runtime, and which runtime is the current one.

use std::io;
use std::ptr::NonNull;
use std::sync::{Arc, OnceLock};

use crate::sched::{Core, context};
use crate::sim;

use super::builder::Builder;

static GLOBAL: OnceLock<Arc<Core>> = OnceLock::new();

/// The runtime that `when` uses on this thread.
pub(super) enum Current {
    /// Entered, or the one whose body runs here.
    Entered(NonNull<Core>),
    Global(&'static Arc<Core>),
    /// A simulated one was entered, or one of its bodies runs here.
    Simulated(Arc<Core>),
}

/// The current runtime; sets the global one up if there is none yet.
///
/// # Panics
///
/// If the global one cannot be set up, with what is wrong.
#[track_caller]
#[inline]
pub(super) fn current() -> Current {
    match context::current() {
        Some(core) => Current::Entered(core),
        None => outside(),
    }
}

#[track_caller]
fn outside() -> Current {
    match sim::entered() {
        Some(core) => Current::Simulated(core),
        None => Current::Global(global()),
    }
}

#[track_caller]
fn global() -> &'static Arc<Core> {
    if let Some(core) = GLOBAL.get() {
        return core;
    }
    match set_up(Builder::default()) {
        Ok(core) => core,
        Err(error) => panic!("the global runtime cannot be set up: {error}"),
    }
}

/// Sets the global runtime up, unless it is: then it stays as it is.
pub(super) fn set_up(builder: Builder) -> io::Result<&'static Arc<Core>> {
    if let Some(core) = GLOBAL.get() {
        return Ok(core);
    }
    let config = builder.config()?;
    Ok(GLOBAL.get_or_init(|| Core::new(config)))
}

/// The current runtime if there is one: waiting for the global one does not set it up.
pub(super) fn existing() -> Option<Current> {
    match context::current() {
        Some(core) => Some(Current::Entered(core)),
        None => match sim::entered() {
            Some(core) => Some(Current::Simulated(core)),
            None => GLOBAL.get().map(Current::Global),
        },
    }
}
