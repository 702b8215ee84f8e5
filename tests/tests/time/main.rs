//! Timers and clocks: `after`, `now`, and virtual time in simulated runtimes.

mod process;
mod real;
mod simulated;
