#![doc = include_str!("README.md")]

mod block;
mod order;
mod run;
mod schedule;
mod task;

pub(crate) use block::Behavior;
pub(crate) use run::{Ran, cancel, release_slot, run};
pub(crate) use schedule::{Refused, schedule};
pub(crate) use task::{Hint, Job, Task};
