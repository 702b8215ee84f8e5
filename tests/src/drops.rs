//! Values that count their drops, and values whose drop panics.

use std::sync::Arc;
use std::thread::{self, ThreadId};
use std::time::Duration;

use parking_lot::Mutex;

/// Counts the drops of the tokens it made, and remembers the threads they were dropped on.
#[derive(Debug, Clone, Default)]
pub struct Drops(Arc<Mutex<Vec<ThreadId>>>);

impl Drops {
    /// A counter that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A value that reports its drop here.
    #[must_use]
    pub fn token(&self) -> Counted {
        Counted { drops: self.clone(), pause: Duration::ZERO }
    }

    /// A value that takes its time to drop, and reports afterwards: who does not wait for it is found out.
    #[must_use]
    pub fn slow_token(&self) -> Counted {
        Counted { drops: self.clone(), pause: Duration::from_millis(2) }
    }

    /// How many tokens have been dropped.
    #[must_use]
    pub fn count(&self) -> usize {
        self.threads().len()
    }

    /// The threads the tokens were dropped on, in order.
    #[must_use]
    pub fn threads(&self) -> Vec<ThreadId> {
        self.0.lock().clone()
    }
}

/// A value that reports its drop to its [`Drops`].
#[derive(Debug)]
pub struct Counted {
    drops: Drops,
    pause: Duration,
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.pause.is_zero() {
            thread::sleep(self.pause);
        }
        self.drops.0.lock().push(thread::current().id());
    }
}

/// A value whose drop is counted and panics, with a payload that is a `Bomb` again `nested` times.
#[derive(Debug)]
pub struct Bomb {
    counted: Option<Counted>,
    nested: usize,
}

impl Bomb {
    /// A value whose drop panics, once.
    #[must_use]
    pub fn new(drops: &Drops) -> Self {
        Self::nested(drops, 0)
    }

    /// A value whose drop panics with a payload whose drop panics, and so on.
    #[must_use]
    pub fn nested(drops: &Drops, nested: usize) -> Self {
        Self { counted: Some(drops.token()), nested }
    }

    /// Does nothing; a body that calls it has captured the bomb.
    pub fn touch(&self) {}
}

impl Drop for Bomb {
    fn drop(&mut self) {
        let drops = self.counted.take().map(|counted| counted.drops.clone());
        if thread::panicking() {
            return; // a second panic during unwinding would abort by Rust's own rules
        }
        match drops {
            Some(drops) if self.nested > 0 => {
                std::panic::panic_any(Self::nested(&drops, self.nested - 1));
            }
            _ => panic!("a drop that panics"),
        }
    }
}
