#![doc = include_str!("README.md")]

mod block;
mod order;
mod pending;
mod run;
mod schedule;
mod stage;
mod task;

pub(crate) use block::Behavior;
pub(crate) use pending::Pending;
pub(crate) use run::{Ran, cancel, execute, finish, release_promise, release_slot, run};
pub(crate) use schedule::{Made, Refused, make, schedule};
pub(crate) use stage::Stage;
pub(crate) use task::{Hint, Job, Task};
#[cfg(all(test, loom))]
pub(crate) use task::{count_down, dispatch, grant};
