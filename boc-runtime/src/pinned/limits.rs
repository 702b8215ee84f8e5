//! Owns: how long a pump may go on, and what it tells afterwards.

use std::num::NonZeroUsize;
use std::time::Duration;

/// How long a [`pump_with`](crate::MainThread::pump_with) may go on. Without limits it runs until nothing is ready.
///
/// Limits gate the *start* of the next behavior; one that runs is never interrupted.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::num::NonZeroUsize;
/// use std::time::Duration;
/// use boc::PumpLimits;
///
/// let tick = PumpLimits::new()
///     .deadline(Duration::from_millis(8))
///     .max_behaviors(NonZeroUsize::new(100).unwrap())
///     .resume_panics(true);
/// # let _ = tick;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "limits do nothing by themselves: give them to `pump_with`"]
pub struct PumpLimits {
    pub(super) deadline: Option<Duration>,
    pub(super) max_behaviors: Option<NonZeroUsize>,
    pub(super) resume_panics: bool,
}

impl PumpLimits {
    /// No limits.
    pub fn new() -> PumpLimits {
        PumpLimits::default()
    }

    /// No behavior starts later than this after the pump began. The first one starts in any case.
    ///
    /// On a [simulated runtime](crate::Runtime::simulated) this is virtual time. A pump that finds
    /// nothing to do there lets time pass until the next timer, or until its deadline.
    pub fn deadline(mut self, after: Duration) -> PumpLimits {
        self.deadline = Some(after);
        self
    }

    /// At most so many behaviors.
    pub fn max_behaviors(mut self, behaviors: NonZeroUsize) -> PumpLimits {
        self.max_behaviors = Some(behaviors);
        self
    }

    /// Whether the first panic of a body goes on in the pumping thread, after the pump is done. Otherwise, and for
    /// all other panics, the promise of the behavior has it and nobody else.
    pub fn resume_panics(mut self, resume: bool) -> PumpLimits {
        self.resume_panics = resume;
        self
    }
}

/// What a pump did.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::num::NonZeroUsize;
/// use boc::{MainThread, PinnedCown, PumpLimits, pinned, when};
///
/// let main = MainThread::claim().unwrap();
/// let windows = [1, 2, 3].map(|number| PinnedCown::new(&main, number));
/// for window in &windows {
///     when(pinned(window), |mut window| *window += 1);
/// }
/// let one = PumpLimits::new().max_behaviors(NonZeroUsize::MIN);
/// let result = main.pump_with(one);
/// assert_eq!((result.executed, result.remaining), (1, 2)); // the loop pumps again
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PumpResult {
    /// How many behaviors the pump has ended. Those count too whose bodies did not run, because a
    /// promise that they requested had failed or their runtime has ended.
    pub executed: usize,
    /// Whether the deadline ended the pump with behaviors left to run.
    pub deadline_reached: bool,
    /// How many of the bodies panicked.
    pub panicked: usize,
    /// How many behaviors were ready to run here when the pump ended. If a limit ended it, and this
    /// is not zero, the pump has also called the [wake hook](crate::MainThread::set_wake_hook).
    pub remaining: usize,
}
