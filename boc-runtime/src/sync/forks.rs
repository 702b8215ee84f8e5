//! Owns: noticing that this process is a fork of another one: it has one thread, whatever threads
//! the other one had.

#![cfg_attr(unix, expect(unsafe_code, reason = "asks the system to tell of forks"))]

use std::sync::atomic::{AtomicU32, Ordering};

/// How many forks lie between this process and the one in which the count was first asked for.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// The generation of this process. Two answers differ if a fork lies between them.
#[inline]
pub(crate) fn forks() -> u32 {
    // Relaxed: written in a process that has one thread, before that thread goes on.
    FORKS.load(Ordering::Relaxed)
}

/// From now on forks are counted.
#[cfg(unix)]
pub(crate) fn watch_forks() {
    static WATCHED: std::sync::Once = std::sync::Once::new();

    extern "C" fn in_the_child() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    WATCHED.call_once(|| {
        // SAFETY: the handler is there as long as the process, and does no more than a handler may
        // in the child of a process with threads: it adds to a word. An error (no memory) means that
        // forks are not noticed.
        unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
    });
}

/// There is no fork.
#[cfg(not(unix))]
pub(crate) fn watch_forks() {}
