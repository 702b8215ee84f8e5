//! What is decided once per process: each in a process of its own, which a test starts.

mod build_global;
mod explore;
mod faults;
mod fork;
mod global;
mod idle;
mod main_fn;
mod thread_ends;
