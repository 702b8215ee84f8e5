//! Owns: the life of every block that handles point to: cowns, pinned cowns, promises. Touches: `queue`, `sync`.
//!
//! A block starts with a [`Header`]: the queue, two reference counts, and a table of what to do
//! with the rest. The *strong* count is held by handles and, once, by the activity of the queue
//! (see `queue/README.md`, part 1); when it falls to zero the value is dropped. The *weak* count is
//! held by weak handles and, once, by all strong ones together; when it falls to zero the memory is
//! freed. A behavior's promise has no weak handles, and ends without looking for any: [`Weak`], the
//! only way to a weak count, refuses it. Where the memory comes from: `slab` (README.md).

mod header;
mod prefetch;
mod slab;
mod typed;
mod weak;

pub(crate) use header::{Disposal, Header, HeaderRef, Table, end_alone, release, release_weak, retain};
pub(crate) use prefetch::prefetch;
#[cfg(all(test, shuttle))]
pub(crate) use slab::arena;
pub(crate) use slab::{allocate, deallocate, free, post_parcel, put};
pub(crate) use typed::Invariant;
pub(crate) use weak::Weak;
