//! How a runtime is set up, its figures and limits, and handles of cowns.

mod builder;
mod cown_cyclic;
mod cowns;
mod current;
mod durations;
mod figures;
mod hooks;
mod stats;
mod threads;
