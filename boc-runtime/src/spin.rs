//! Owns: bounded spinning. Used where another thread is a few instructions away from a store that we need.

use crate::sync::{spin_loop, yield_now};

/// Spins, a little longer each time, then gives the core away.
///
/// Counts rounds, never reads a clock: on a loaded machine the thread that we wait for may be preempted, and then
/// only giving the core away helps.
#[derive(Debug, Default)]
pub(crate) struct Spin {
    rounds: u32,
}

impl Spin {
    /// To a checker one look in vain is as good as many.
    const SPINS: u32 = if cfg!(all(test, any(loom, shuttle))) { 1 } else { 6 };

    pub(crate) fn new() -> Spin {
        Spin::default()
    }

    /// Waits a moment.
    #[cold]
    pub(crate) fn wait(&mut self) {
        if self.rounds != Self::SPINS {
            for _ in 0..1_u32 << self.rounds {
                spin_loop();
            }
            self.rounds += 1;
        } else {
            yield_now();
        }
    }
}
