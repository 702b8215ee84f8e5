//! Owns: the door as the models go through it: loom's types, with the interface that the code uses.
//!
//! Two things are left out, and models bring their own where they matter. An [`UnsafeCell`] is not watched: the data that
//! a protocol guards is a `loom::cell::UnsafeCell` of the model. `Arc` is the standard library's, which is trusted.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize as Count;

pub(crate) use std::cell::UnsafeCell;
pub(crate) use std::thread;
pub(crate) use std::time::Instant;

pub(crate) use loom::hint::spin_loop;
pub(crate) use loom::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering, fence,
};

use super::MutexGuard;

/// Tells threads apart; the threads of a model are one thread of the system, and no model asks.
pub(crate) type ThreadMark = thread::ThreadId;

/// The mark of the calling thread.
pub(crate) fn this_thread() -> ThreadMark {
    thread::current().id()
}

/// Gives the core away: for whoever has looked in vain already.
///
/// Threads that wait for each other could take turns at that for ever, and loom would try every number of turns. They
/// lead nowhere new, so what follows is run once and not explored: the same schedules with fewer turns are.
pub(crate) fn yield_now() {
    loom::skip_branch();
    loom::thread::yield_now();
}

/// A plain store to a word that other threads may exchange at the same time.
///
/// Where an exchange has found what this overwrites, the store comes after it. Loom does not draw that conclusion of a
/// plain store, and lets the other thread read what it has exchanged for ever; of a swap it does.
pub(crate) fn overwrite<T>(word: &AtomicPtr<T>, value: *mut T, order: Ordering) {
    word.swap(value, order);
}

/// `parking_lot`'s interface; loom has that of the standard library.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(loom::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Mutex<T> {
        Mutex(loom::sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard(Some(self.0.lock().expect("a panic ends the model")))
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().expect("a panic ends the model")
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.0.try_lock().ok().map(|guard| MutexGuard(Some(guard)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct Condvar(loom::sync::Condvar);

/// Whether a wait ended because of its deadline.
#[derive(Debug)]
pub(crate) struct WaitTimeoutResult(());

impl WaitTimeoutResult {
    pub(crate) fn timed_out(&self) -> bool {
        false
    }
}

impl Condvar {
    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.0.take().expect("not waiting");
        guard.0 = Some(self.0.wait(held).expect("a panic ends the model"));
    }

    /// There is no time in a model: a deadline never comes, so whoever relies on it is found asleep for ever.
    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> WaitTimeoutResult {
        self.wait(guard);
        WaitTimeoutResult(())
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// The threads of a model share one thread of the system, so its thread-locals are loom's.
pub(crate) struct LocalKey<T: 'static>(pub(crate) &'static loom::thread::LocalKey<T>);

impl<T> LocalKey<T> {
    pub(crate) fn with<R>(&'static self, use_it: impl FnOnce(&T) -> R) -> R {
        self.0.with(use_it)
    }

    pub(crate) fn try_with<R>(&'static self, use_it: impl FnOnce(&T) -> R) -> Result<R, Gone> {
        self.0.try_with(use_it).map_err(|_| Gone(()))
    }
}

/// The thread is about to end.
#[derive(Debug)]
pub(crate) struct Gone(());

macro_rules! modelled_thread_local {
    ($($(#[$attribute:meta])* $visible:vis static $name:ident: $type:ty = $value:expr);* $(;)?) => {
        $($(#[$attribute])* $visible static $name: $crate::sync::LocalKey<$type> = {
            ::loom::thread_local! { static KEY: $type = $value; }
            $crate::sync::LocalKey(&KEY)
        };)*
    };
}
pub(crate) use modelled_thread_local as thread_local;

/// Made anew for every schedule.
macro_rules! global {
    ($(#[$attribute:meta])* static $name:ident: $type:ty = $value:expr) => {
        ::loom::lazy_static! { $(#[$attribute])* static ref $name: $type = $value; }
    };
}
pub(crate) use global;

/// Runs a model under every schedule within the bounds (`ci/loom.sh` sets them), and says how many those were.
pub(crate) fn explore(model: impl Fn() + Send + Sync + 'static) {
    let (started, schedules) = (Instant::now(), Arc::new(Count::default()));
    let counted = Arc::clone(&schedules);
    let mut bounds = loom::model::Builder::new();
    // Threads that wait for each other take turns at spinning; a true livelock gets here too, and ends the model.
    bounds.max_branches = 20_000;
    bounds.check(move || {
        // Relaxed: one thread of the system runs them all.
        counted.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let name = thread::current().name().unwrap_or_default().to_owned();
    println!("{name}: {} schedules, {:.1?}", schedules.load(Ordering::Relaxed), started.elapsed());
}
