#![doc = include_str!("README.md")]

mod block;
mod count_down;
mod enter;
mod grant;
mod held;
mod order;
mod pending;
mod release;
mod run;
mod schedule;
mod stage;
mod waitlist;

pub(crate) use block::{Behavior, SlotOfMany};
#[cfg(all(test, loom))]
pub(crate) use count_down::CountDown;
pub(crate) use grant::{Hint, Job};
pub(crate) use held::Held;
pub(crate) use pending::Pending;
pub(crate) use release::{release_promise, release_slot};
pub(crate) use run::{Ran, cancel, execute, finish, give_up, publish_apart, run, run_on};
pub(crate) use schedule::{Made, Refused, make, schedule};
pub(crate) use stage::Stage;
pub(crate) use waitlist::{Given, give_up_home, give_up_of, give_up_under, let_go};
