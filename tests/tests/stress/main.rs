//! Random programs against a model of each; seeded.

mod order;
mod pinned;
mod promises;
mod threads;
mod wake;
