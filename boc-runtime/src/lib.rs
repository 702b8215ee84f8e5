//! The runtime of `boc`: cowns, behaviors, promises, pinned cowns and their scheduler. Use it through the crate `boc`,
//! which adds the macros.
//!
//! # The rooms
//!
//! | room | what is in it |
//! |---|---|
//! | `queue` | the queue of a cown: the MCS protocol with readers (README.md, loom models) |
//! | `memory`, `later` | blocks: where they come from, headers, reference counts; what must not happen now |
//! | `cown`, `promise`, `pinned` | the three things that can be requested, and their guards |
//! | `request` | request sets: places, modes, affinity as a type, groups, tuples |
//! | `behavior` | the block of a behavior; scheduling, running, finishing (README.md) |
//! | `sched` | workers, stealing, parking, counting, starting and stopping (README.md) |
//! | `runtime` | the public runtime, the global one, `when`, waiting |
//! | `sim` | a runtime without threads, and exploring its schedules (README.md) |
//! | `failure`, `unwind` | panics as data |
//! | `schedules` | the whole under shuttle: programs, each under thousands of schedules (README.md); tests only |
//! | `sync`, `spin`, `trace` | the doors to atomics, to spinning, to `tracing` |
//!
//! # Where affinity is decided
//!
//! `request/affinity.rs` has the two marker types and their fold; `behavior/block.rs` (`dispatch_block`) is the
//! function that monomorphisation makes for each behavior's type. For a set without pinned cowns it is a push to a
//! worker's queue and nothing else.

#![deny(unsafe_code)]
#![warn(clippy::undocumented_unsafe_blocks)]

mod behavior;
mod cown;
mod failure;
mod later;
mod memory;
mod pinned;
mod promise;
mod queue;
mod request;
mod runtime;
mod sched;
#[cfg(all(test, shuttle))]
mod schedules;
mod sim;
mod spin;
mod sync;
mod trace;
mod unwind;

#[doc(hidden)]
pub mod __private;

// Not in `__private`: the compiler's messages name it.
#[doc(hidden)]
pub use runtime::{Target, when_named};

pub use cown::{Acquired, AcquiredRead, Cown, Handle, Sendable, WeakCown};
pub use failure::{Failure, FailureKind};
pub use pinned::{Busy, ClaimError, MainThread, PinnedCown, PumpLimits, PumpResult, Starvation, Watchdog};
pub use promise::{Promise, PromiseFuture, Resolver};
pub use request::{
    Affinity, Anywhere, Exclusive, Group, Guards, Mode, Pinned, Place, PlaceGuard, ReadGroup, Request,
    Requested, Shared, pinned, read,
};
pub use runtime::{
    Aliased, Batch, Builder, Hold, Runtime, Scope, Stats, ThreadName, TimedOut, WorkerStats, batch, quiesce,
    quiesce_timeout, scope, try_when, wait, when,
};
pub use sim::{Explored, Simulation, explore};
