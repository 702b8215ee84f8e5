//! User code that panics in unusual places, and unusual numbers.

mod drops;
mod panics;
mod scale;
mod waits;
