//! Owns: the word that counts what a behavior waits for: README.md, "Its life", 1 and 2. Touches: `crate::sync`.

use crate::sync::{AtomicU32, Ordering};

/// Grants to come, plus one while the behavior is being scheduled.
#[derive(Debug)]
pub(crate) struct CountDown(AtomicU32);

impl CountDown {
    /// For so many slots in queues: fewer than `u32::MAX` (`schedule::count_of_slots`).
    #[inline]
    pub(crate) fn new(slots: u32) -> CountDown {
        CountDown(AtomicU32::new(slots + 1))
    }

    /// So much has come. `true`: nothing is left, and the caller dispatches the behavior.
    #[must_use = "a behavior that nobody dispatches never runs"]
    #[inline]
    pub(crate) fn less(&self, by: u32) -> bool {
        // Release: what the former holder of the cown wrote goes to the runner. Acquire: the last one collects it all.
        self.0.fetch_sub(by, Ordering::AcqRel) == by
    }
}
