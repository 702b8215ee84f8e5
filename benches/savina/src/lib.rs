//! The thirteen programs of the Savina-BoC suite (Cheeseman et al., *When Concurrency Matters: Behaviour-Oriented
//! Concurrency*, OOPSLA 2023) on boc, in plain `when!` code.
//!
//! A program is a size, the work, and what has to come out of it: see [`Program`]. Its file also holds what does not
//! depend on the runtime (the draws, the arithmetic, the partition ..), so that the peers do the same work.

#![forbid(unsafe_code)]

pub mod banking;
pub mod barber;
pub mod chameneos;
pub mod count;
pub mod dictionary;
pub mod fib;
pub mod fork_join_create;
pub mod fork_join_throughput;
pub mod logistic_map;
pub mod philosophers;
mod program;
pub mod quicksort;
pub mod random;
pub mod sieve;
mod suite;
pub mod trapezoid;

pub use program::{Program, Run, on_boc};
pub use suite::{Bound, Contender, Entry, Wrong, programs};
