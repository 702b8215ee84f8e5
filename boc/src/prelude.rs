//! What most programs use: `use boc::prelude::*;`.

pub use crate::{
    Acquired, AcquiredRead, Cancel, Cown, Failure, FailureKind, MainThread, Notice, PinnedCown, Promise,
    PumpLimits, PumpResult, Resolver, Runtime, Starvation, Watchdog, WeakCown, pinned, quiesce, read, when,
};
