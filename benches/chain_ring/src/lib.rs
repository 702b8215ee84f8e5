//! What `chain_ring` and `fanout` share: their payload, what a run has measured, and how it is reported.

pub mod matrix;
pub mod measured;
pub mod report;
pub mod summary;
