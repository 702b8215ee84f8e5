//! Owns: the door as the programs of `schedules` go through it: shuttle decides at each of these operations which thread
//! goes on. `schedules/README.md` says what that leaves out.

mod atomic;
mod clock;
mod local;
mod lock;

pub(crate) use std::cell::UnsafeCell;

pub(crate) use shuttle::hint::spin_loop;
pub(crate) use shuttle::thread::yield_now;

pub(crate) use atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence, overwrite,
};
pub(crate) use clock::Instant;
pub(crate) use local::{LocalKey, scheduled_global as global, scheduled_thread_local as thread_local};
pub(crate) use lock::{Condvar, Mutex};

/// Threads that shuttle schedules.
pub(crate) mod thread {
    pub(crate) use shuttle::thread::{Builder, JoinHandle, ThreadId, current, sleep, spawn};
    pub(crate) use std::thread::available_parallelism;
}

/// Tells threads apart.
pub(crate) type ThreadMark = thread::ThreadId;

/// The mark of the calling thread.
pub(crate) fn this_thread() -> ThreadMark {
    thread::current().id()
}

/// Forgets what is left of the last execution.
pub(crate) fn begin_execution() {
    local::forget();
}

/// Another thread may go on here.
fn switch() {
    // Shuttle has no time: to sleep is to let it choose, and not to yield.
    shuttle::thread::sleep(std::time::Duration::ZERO);
}
