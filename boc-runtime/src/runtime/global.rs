//! Owns: the global runtime, and which runtime is the current one.

#![expect(unsafe_code, reason = "a pointer that can be taken away while others read it")]

use std::io;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use crate::sched::{self, Core, context};
use crate::sim;
use crate::sync::{AtomicPtr, Ordering, global};

use super::builder::Builder;

global!(
    /// The global runtime; null before it is set up, and after it was given up. What it points to is
    /// never freed: a thread may read the pointer just before the runtime is given up.
    static GLOBAL: AtomicPtr<Arc<Core>> = AtomicPtr::new(ptr::null_mut())
);

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
    if sim::is_absent() {
        return Current::Global(global());
    }
    match sim::entered() {
        Some(core) => Current::Simulated(core),
        None => {
            sim::settle();
            Current::Global(global())
        }
    }
}

#[track_caller]
fn global() -> &'static Arc<Core> {
    if let Some(core) = get() {
        return core;
    }
    match set_up(Builder::default()) {
        Ok(core) => core,
        Err(error) => panic!("the global runtime cannot be set up: {error}"),
    }
}

/// The global runtime, if there is one.
pub(super) fn get() -> Option<&'static Arc<Core>> {
    // Acquire: pairs with the Release in `set_up`.
    let core = GLOBAL.load(Ordering::Acquire);
    // SAFETY: null, or leaked by `set_up`, and only read since.
    unsafe { core.as_ref() }
}

/// Whether it is the global runtime's.
pub(super) fn is_global(core: &Arc<Core>) -> bool {
    get().is_some_and(|global| Arc::ptr_eq(global, core))
}

/// Sets the global runtime up, unless it is: then it stays as it is.
pub(super) fn set_up(builder: Builder) -> io::Result<&'static Arc<Core>> {
    if let Some(core) = get() {
        return Ok(core);
    }
    let ours = Box::into_raw(Box::new(Core::new(builder.config()?)));
    // Release: pairs with the Acquire in `get`. Acquire on failure: the same, for theirs.
    match GLOBAL.compare_exchange(ptr::null_mut(), ours, Ordering::Release, Ordering::Acquire) {
        // SAFETY: leaked.
        Ok(_) => Ok(unsafe { &*ours }),
        Err(theirs) => {
            // SAFETY: made above, and not shared.
            drop(unsafe { Box::from_raw(ours) });
            // SAFETY: as in `get`; not null, or the exchange would not have failed.
            Ok(unsafe { &*theirs })
        }
    }
}

/// Sets the global runtime up, and starts its threads.
///
/// # Errors
/// If it is set up already; or as `Builder::build`, and then it is not.
pub(super) fn build(builder: Builder) -> io::Result<()> {
    if get().is_some() {
        return Err(already_there());
    }
    let core = Core::new(builder.config()?);
    core.start()?;
    let ours = Box::into_raw(Box::new(core));
    // Release: pairs with the Acquire in `get`. Relaxed on failure: theirs is not read.
    match GLOBAL.compare_exchange(ptr::null_mut(), ours, Ordering::Release, Ordering::Relaxed) {
        Ok(_) => Ok(()),
        Err(_) => {
            // SAFETY: made above, and not shared.
            let core = *unsafe { Box::from_raw(ours) };
            core.cancel();
            // A hook may have scheduled.
            sched::bury(core);
            Err(already_there())
        }
    }
}

fn already_there() -> io::Error {
    let message = "the global runtime is set up already: by an earlier `build_global`, by `#[boc::main(workers = ..)]`, or \
                   by what has used it first (`when`, `Runtime::current`, ..); call `build_global` once, first thing \
                   in `main`, or `build` a runtime of your own and `enter` it";
    io::Error::new(io::ErrorKind::AlreadyExists, message)
}

/// Makes this the global runtime no more, if it is: the next `when` sets up another one.
pub(super) fn give_up(core: &'static Arc<Core>) {
    let ours = ptr::from_ref(core).cast_mut();
    // Relaxed: nothing is read through a null pointer.
    let _ = GLOBAL.compare_exchange(ours, ptr::null_mut(), Ordering::Relaxed, Ordering::Relaxed);
}

/// The current runtime if there is one: waiting for the global one does not set it up.
pub(super) fn existing() -> Option<Current> {
    match context::current() {
        Some(core) => Some(Current::Entered(core)),
        None => match sim::entered() {
            Some(core) => Some(Current::Simulated(core)),
            None => get().map(Current::Global),
        },
    }
}
