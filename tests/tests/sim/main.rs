//! Simulated runtimes, and `explore`.

mod asking;
mod beside;
mod features;
mod orders;
