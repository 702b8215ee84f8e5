//! Owns: bounded spinning. Used where another thread is a few instructions away from a store that we need.

/// Spins, a little longer each time, then gives the core away.
///
/// Counts rounds, never reads a clock: on a loaded machine the thread that we wait for may be preempted, and then
/// only giving the core away helps.
#[derive(Debug, Default)]
pub(crate) struct Spin {
    rounds: u32,
}

impl Spin {
    const SPINS: u32 = 6;

    pub(crate) fn new() -> Spin {
        Spin::default()
    }

    /// Waits a moment.
    #[cold]
    pub(crate) fn wait(&mut self) {
        if self.rounds < Self::SPINS {
            for _ in 0..1_u32 << self.rounds {
                std::hint::spin_loop();
            }
            self.rounds += 1;
        } else {
            std::thread::yield_now();
        }
    }
}
