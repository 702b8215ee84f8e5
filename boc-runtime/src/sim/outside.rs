//! Owns: knowing whether something outside of the behaviors may still make one of them ready.

use std::fmt;
use std::sync::Arc;

use crate::sched::Core;

/// A [`Hold`](crate::Hold) or a [`Resolver`](crate::Resolver) that is alive: while there is one, a simulation that has nothing
/// to run waits for other threads rather than give up.
pub(crate) struct Outside {
    core: Arc<Core>,
}

impl Outside {
    /// Of this core, if it is simulated.
    pub(crate) fn of(core: &Arc<Core>) -> Option<Outside> {
        core.simulation()?.outside_comes();
        Some(Outside { core: Arc::clone(core) })
    }

    /// Of this thread's simulated runtime, if there is one.
    pub(crate) fn here() -> Option<Outside> {
        Outside::of(&super::here()?)
    }
}

impl Drop for Outside {
    fn drop(&mut self) {
        if let Some(simulation) = self.core.simulation() {
            simulation.outside_goes();
        }
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").finish_non_exhaustive()
    }
}
