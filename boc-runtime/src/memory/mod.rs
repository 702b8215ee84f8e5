//! Owns: the life of every block that handles point to: cowns, pinned cowns, promises. Touches: `queue`, `sync`.
//!
//! A block starts with a [`Header`]: the queue, two reference counts, and a table of what to do
//! with the rest. The *strong* count is held by handles and, once, by the activity of the queue
//! (see `queue/README.md`, part 1); when it falls to zero the value is dropped. The *weak* count is
//! held by weak handles and, once, by all strong ones together; when it falls to zero the memory is
//! freed. A block that is made before its value (`new_cyclic`) has no strong count until the value
//! is there, so no weak handle finds it earlier. A behavior's promise has no weak handles, and ends
//! without looking for any: [`Weak`], the only way to a weak count, refuses it. Where the memory
//! comes from: `slab` (README.md).
//!
//! # Counts that safe code could drive to their limit
//!
//! A handle can be leaked (`mem::forget`), which takes no memory, so a count of handles has to be
//! guarded: one that wraps is a use after free. A count of things that lie in memory cannot wrap.
//!
//! | count | of what | why it does not wrap |
//! |---|---|---|
//! | `strong`, `weak` (u32) | handles, guards' handles, activities | beyond 2^31 the process aborts, as with `Arc` |
//! | `Arc` (core, home, ticket, scope) | holds, batches, behaviors, wakers | `Arc` aborts itself |
//! | `readers` of a queue (u32, 2 each) | behaviors that read, in memory until they end | beyond 2^30 the process aborts |
//! | `pending` of a behavior (u32) | its slots, and one | a request set has fewer than 2^32 - 1 (checked) |
//! | `pending` of a scope, `depth` of a home (usize) | behaviors, in memory until they are finished | a block is larger |
//! | `Outside` of a simulation (usize) | holds and resolvers, which may be leaked | each has a count of the core's `Arc` |
//! | scheduled, finished (u64) | behaviors and holds, ever | 2^64 takes centuries |

mod header;
mod identity;
#[cfg(all(test, unix, not(any(loom, shuttle))))]
mod limit_tests;
#[cfg(all(test, loom))]
mod loom;
mod noted;
mod prefetch;
mod slab;
mod typed;
mod weak;

pub(crate) use header::{Disposal, Header, HeaderRef, Table, end_alone, release, release_weak, retain};
pub(crate) use identity::identity;
pub(crate) use noted::{Noting, Run, is_noting, note, run_of};
pub(crate) use prefetch::prefetch;
#[cfg(all(test, shuttle))]
pub(crate) use slab::arena;
pub(crate) use slab::{allocate, before_waiting, deallocate, free, post_parcel, put, tidy_some};
pub(crate) use typed::Invariant;
pub(crate) use weak::Weak;
