//! Simulated runtimes, and `explore`.

mod beside;
mod features;
mod orders;
