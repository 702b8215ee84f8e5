//! A value that notices overlapping access: what isolation promises cannot happen.

use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

use parking_lot::Mutex;

/// Collects what the probes of one test have seen go wrong. Bodies' panics are caught by the runtime, so they
/// report here and the test asks at its end.
#[derive(Debug, Clone, Default)]
pub struct Watch(Arc<Mutex<Vec<String>>>);

impl Watch {
    /// Has seen nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports something that must not happen.
    pub fn report(&self, what: impl Into<String>) {
        self.0.lock().push(what.into());
    }

    /// Reports `what()` unless `holds`.
    pub fn check(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.report(what());
        }
    }

    /// What was reported so far.
    #[must_use]
    pub fn reports(&self) -> Vec<String> {
        self.0.lock().clone()
    }

    /// Panics with everything that was reported.
    pub fn assert_clean(&self) {
        let seen = self.0.lock();
        assert!(seen.is_empty(), "{} violations, the first: {:#?}", seen.len(), &seen[..seen.len().min(5)]);
    }
}

/// A value to put in a cown. Who holds it is kept *beside* the value, in atomics that overlapping bodies share,
/// so that two bodies that believe to hold it alone find each other.
#[derive(Debug)]
pub struct Probe {
    id: usize,
    holders: Arc<AtomicI64>,
    watch: Watch,
    /// For the test: what ran here, in order.
    pub log: Vec<u64>,
}

impl Probe {
    /// A probe that reports to `watch`; `id` names it there.
    #[must_use]
    pub fn new(id: usize, watch: &Watch) -> Self {
        Self { id, holders: Arc::default(), watch: watch.clone(), log: Vec::new() }
    }

    /// `count` of them.
    #[must_use]
    pub fn several(count: usize, watch: &Watch) -> Vec<Self> {
        (0..count).map(|id| Self::new(id, watch)).collect()
    }

    /// To be held for as long as a body holds this exclusively: reports anybody else.
    pub fn exclusive(&mut self) -> Held {
        let before = self.holders.swap(EXCLUSIVE, Ordering::SeqCst);
        self.watch.check(before == 0, || format!("probe {}: exclusive while held ({before})", self.id));
        self.held(EXCLUSIVE)
    }

    /// To be held for as long as a body reads this: reports a writer.
    #[must_use]
    pub fn shared(&self) -> Held {
        let before = self.holders.fetch_add(1, Ordering::SeqCst);
        self.watch.check(before >= 0, || format!("probe {}: read while held exclusively", self.id));
        self.held(1)
    }

    fn held(&self, weight: i64) -> Held {
        Held { id: self.id, weight, holders: Arc::clone(&self.holders), watch: self.watch.clone() }
    }
}

/// Far from any number of readers.
const EXCLUSIVE: i64 = -1_000_000;

/// Evidence that a body is inside a [`Probe`].
#[derive(Debug)]
pub struct Held {
    id: usize,
    weight: i64,
    holders: Arc<AtomicI64>,
    watch: Watch,
}

impl Held {
    /// Stays a little, so that an overlap has time to happen.
    pub fn linger(&self, turns: u64) {
        for turn in 0..turns {
            if turn % 64 == 63 {
                thread::yield_now();
            }
            spin_loop();
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let before = self.holders.fetch_sub(self.weight, Ordering::SeqCst);
        let expected = if self.weight == EXCLUSIVE { before == EXCLUSIVE } else { before >= 1 };
        self.watch.check(expected, || format!("probe {}: somebody came in meanwhile ({before})", self.id));
    }
}
