//! Owns: the door as programs go through it: the standard library's, and `parking_lot`'s locks.

use std::cell::Cell;

pub(crate) use std::cell::UnsafeCell;
pub(crate) use std::hint::spin_loop;
pub(crate) use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};
pub(crate) use std::thread::{self, yield_now};
pub(crate) use std::thread_local;
pub(crate) use std::time::Instant;

/// Tells threads apart. `thread::current` does so too, but not to the very end of a thread, in the
/// destructors of its thread-locals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ThreadMark(u64);

/// The mark of the calling thread.
pub(crate) fn this_thread() -> ThreadMark {
    static LAST: AtomicU64 = AtomicU64::new(0);
    // Without a destructor, so it is there to the end.
    std::thread_local! {
        static MARK: Cell<u64> = const { Cell::new(0) };
    }
    let mut mark = MARK.get();
    if mark == 0 {
        // Relaxed: the numbers only differ.
        mark = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        MARK.set(mark);
    }
    ThreadMark(mark)
}

pub(crate) use parking_lot::{Condvar, Mutex, MutexGuard};

/// The work-stealing deque of the run queues.
pub(crate) mod deque {
    pub(crate) use crossbeam_deque::{Stealer, Worker};
}

/// A pointer to a shared value: read without a lock, and exchanged whole.
pub(crate) mod swap {
    pub(crate) use arc_swap::{ArcSwap, Guard};
}

/// A value of the whole process.
macro_rules! global {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr) => {
        $(#[$attribute])* static $name: $type = $value;
    };
}
pub(crate) use global;

/// A plain store to a word that other threads may exchange at the same time.
#[inline]
pub(crate) fn overwrite<T>(word: &AtomicPtr<T>, value: *mut T, order: Ordering) {
    word.store(value, order);
}
