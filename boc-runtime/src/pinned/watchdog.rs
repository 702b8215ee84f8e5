//! Owns: telling that a thread's pinned behaviors wait and it does not pump.
//!
//! A watchdog has a thread of its own: the case that matters is a host that hangs. It sleeps while the queue is empty, and
//! is woken by the edge to non-empty; otherwise it sleeps until the threshold is over. What it looks at (depth, and
//! since when) it reads under the inbox's lock, where a submitter writes both.

use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use crate::sync::{Condvar, Instant, Mutex, deadline, thread};
use crate::trace;
use crate::unwind;

use super::home::Home;

/// What to do when pinned behaviors wait for too long: for [`MainThread::set_watchdog`](crate::MainThread::set_watchdog).
///
/// The time is that since the queue last became non-empty; behaviors that request nothing pinned never count. It tells
/// at most once a threshold, as long as the queue does not run empty. Behaviors of a
/// [simulated runtime](crate::Runtime::simulated) do not count: while they wait no time passes there.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::sync::mpsc;
/// use std::time::Duration;
/// use boc::{MainThread, PinnedCown, Starvation, Watchdog, pinned, when};
///
/// let main = MainThread::claim().unwrap();
/// let (starved, told) = mpsc::channel();
/// let watchdog = Watchdog::new(Duration::from_millis(5))
///     .on_starve(move |Starvation { age, depth }| starved.send((age, depth)).unwrap());
/// main.set_watchdog(Some(watchdog));
///
/// let canvas = PinnedCown::new(&main, ());
/// when(pinned(&canvas), |_| ()); // and nobody pumps
/// let (age, depth) = told.recv().unwrap();
/// assert!(age >= Duration::from_millis(5));
/// assert_eq!(depth, 1);
/// # main.set_watchdog(None);
/// ```
#[derive(Clone)]
#[must_use = "a watchdog does nothing until it is set"]
pub struct Watchdog {
    threshold: Duration,
    sink: Option<Arc<dyn Fn(Starvation) + Send + Sync>>,
}

/// What a [`Watchdog`] tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Starvation {
    /// How long ago the queue became non-empty.
    pub age: Duration,
    /// How many behaviors wait.
    pub depth: usize,
}

impl Watchdog {
    /// Tells when behaviors have waited for so long: a `tracing` warning, or without the feature of
    /// that name a line on the standard error stream. A threshold of zero counts as a millisecond;
    /// one that is too long for the clock (`Duration::MAX`) is never over.
    pub fn new(threshold: Duration) -> Watchdog {
        Watchdog { threshold: threshold.max(Duration::from_millis(1)), sink: None }
    }

    /// Tells by calling this instead, on the watchdog's own thread. A panic in it is contained.
    pub fn on_starve(mut self, sink: impl Fn(Starvation) + Send + Sync + 'static) -> Watchdog {
        self.sink = Some(Arc::new(sink));
        self
    }

    fn tell(&self, starvation: Starvation, thread: &str) {
        match &self.sink {
            Some(sink) => unwind::contain(|| sink(starvation)),
            None => trace::starved(starvation, thread),
        }
    }
}

impl fmt::Debug for Watchdog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watchdog").field("threshold", &self.threshold).finish_non_exhaustive()
    }
}

/// The watchdog of a home, or none.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Counts the settings: a thread that is not the latest one's ends.
    setting: Mutex<u64>,
    changed: Condvar,
}

impl Watch {
    /// Replaces the watchdog. Called on the home's thread.
    ///
    /// # Panics
    ///
    /// If the system gives no thread for it.
    pub(super) fn set(home: &Arc<Home>, watchdog: Option<Watchdog>) {
        let watch = home.watch();
        let mut setting = watch.setting.lock();
        *setting += 1;
        home.keep_time(watchdog.is_some());
        watch.changed.notify_all();
        if let Some(watchdog) = watchdog {
            let (home, number, watched) = (Arc::downgrade(home), *setting, this_thread_in_words());
            let thread = thread::Builder::new().name("boc-watchdog".to_owned());
            if let Err(error) = thread.spawn(move || guard(&home, number, &watchdog, &watched)) {
                panic!("the watchdog's thread cannot be started: {error}");
            }
        }
    }

    /// The queue has become non-empty.
    pub(super) fn edge(&self) {
        // Under the lock: the watchdog looks and goes to sleep under it.
        let _setting = self.setting.lock();
        self.changed.notify_all();
    }
}

/// The calling thread by its name, or by its number if it has none.
fn this_thread_in_words() -> String {
    let thread = thread::current();
    match thread.name() {
        Some(name) => format!("the thread `{name}`"),
        None => format!("the thread {:?}", thread.id()),
    }
}

/// The watchdog's thread. `watched` is the home's, in words.
fn guard(home: &Weak<Home>, number: u64, watchdog: &Watchdog, watched: &str) {
    let mut told: Option<Instant> = None;
    loop {
        let Some(home) = home.upgrade() else { return };
        let watch = home.watch();
        let mut setting = watch.setting.lock();
        if *setting != number {
            return;
        }
        let now = Instant::now();
        let Some((since, depth)) = home.waiting() else {
            watch.changed.wait(&mut setting);
            continue;
        };
        let start = told.filter(|&told| told > since).unwrap_or(since);
        match deadline(start, watchdog.threshold) {
            None => {
                watch.changed.wait(&mut setting);
                continue;
            }
            Some(due) if now < due => {
                watch.changed.wait_until(&mut setting, due);
                continue;
            }
            Some(_) => {}
        }
        drop(setting);
        told = Some(now);
        watchdog.tell(Starvation { age: now - since, depth }, watched);
    }
}
