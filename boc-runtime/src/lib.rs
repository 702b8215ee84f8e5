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
//! | `cancel` | the flags of `Cancel`s (README.md) |
//! | `sched` | workers, stealing, parking, counting, starting and stopping, timers (README.md) |
//! | `notice` | the noticeboard: values that bodies read without a request (README.md) |
//! | `runtime` | the public runtime, the global one, `when`, waiting |
//! | `sim` | a runtime without threads, its virtual time, and exploring its schedules (README.md) |
//! | `failure`, `unwind` | panics as data |
//! | `schedules` | the whole under shuttle: programs, each under thousands of schedules (README.md); tests only |
//! | `sync`, `spin`, `trace` | the doors to atomics, to spinning, to `tracing` |
//!
//! # Where affinity is decided
//!
//! `request/affinity.rs` has the two marker types and their fold; `behavior/block.rs` (`dispatch_block`) is the
//! function that monomorphisation makes for each behavior's type. For a set without pinned cowns it is a push to a
//! worker's queue and nothing else.
//!
//! # Unsafe code: what ties a block to its type
//!
//! A block (a cown, a pinned cown, a promise) is known to queues, slots and workers as a
//! `NonNull<Header>`, which says nothing of the value in it. Two things tie it to the type of that
//! value, and every cast rests on both:
//!
//! 1. **Where the block is made, its table is chosen.** The functions in a `Table` are instances
//!    for exactly the types of the block that has it (`Cown<T>::TABLE`, `Block<Q, F, R>::TABLE`,
//!    ..), and the table never changes. So a function of a table knows the type of its block.
//! 2. **Every handle of the block has that same type for ever.** A handle or guard of a `T` is made
//!    from the block where the block is made, or from another handle or guard of the *same* `T`. No
//!    conversion exists, and no subtyping: whatever a value can be written through is **invariant**
//!    in the value's type (`memory::Invariant`), and `==`, `<` and `hash` take two handles of one
//!    type. So the guard that a request makes has the type that the block was made with, lifetimes
//!    included, although lifetimes leave no trace in a table.
//!
//! All values are `'static`, so no handle outlives what its value borrows. Subtypes still exist
//! among `'static` types (`for<'a> fn(&'a str)` is one of `fn(&'static str)`), which is why 2.
//! needs invariance. Per public generic type, beside whose field the reason stands, and held by the
//! programs in `tests/ui/variance` and `tests/ui/pass/variance.rs`:
//!
//! | type | variance in the value | in lifetimes |
//! |---|---|---|
//! | `Cown`, `WeakCown`, `PinnedCown`, `WeakPinnedCown`, `Handle`, `Promise`, `PromiseFuture`, `Resolver`, `Notice` | invariant | |
//! | `Acquired`, `Group` | invariant (`&mut`) | covariant: lent for less than the body |
//! | `AcquiredRead`, `ReadGroup` | invariant: can be requested again, exclusively | covariant |
//! | `Result<&mut R, Failure>` of `try`, a `Vec` of these | invariant (`&mut`) | covariant |
//! | `Result<&R, Failure>` of `read try`, a `Vec` of these | covariant: a plain reference is no place, so it cannot be requested | covariant |
//! | `Requested`, `Attempted`, `Named` | that of the place that they name | covariant |
//! | `Scope<'scope, 'env>` | | invariant in both, as `std::thread::Scope` |
//! | `Ended`, `EndedAnyhow` (of `#[boc::main]`) | covariant: they own the value, and nothing else can write it | |

#![deny(unsafe_code)]
#![warn(clippy::undocumented_unsafe_blocks)]

mod behavior;
mod cancel;
mod cown;
mod failure;
mod later;
mod memory;
mod notice;
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
pub use notice::Notice;
pub use pinned::{
    Busy, ClaimError, HomeThread, MainThread, PinnedCown, PumpLimits, PumpResult, Starvation, Watchdog,
    WeakPinnedCown,
};
pub use promise::{Promise, PromiseFuture, Resolver};
pub use request::{
    Affinity, Anywhere, Attempted, Exclusive, Group, Guards, Mode, Pinned, Place, PlaceGuard, ReadGroup,
    Request, Requested, Shared, attempt, pinned, read, read_attempt,
};
pub use runtime::{
    Aliased, Batch, Builder, Cancel, CancelOnDrop, Hold, Runtime, RuntimeHandle, Scope, Stats, ThreadBuilder,
    ThreadName, TimedOut, WithCancel, WorkerStats, after, all, batch, first, hold, is_cancelled, now,
    quiesce, quiesce_timeout, scope, stats, try_when, wait, wait_timeout, when, worker_stats,
};
pub use sim::{Explored, Simulation, explore};
