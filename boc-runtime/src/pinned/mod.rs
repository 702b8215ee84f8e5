#![doc = include_str!("README.md")]

mod block;
mod block_on;
mod cown;
mod home;
mod home_thread;
mod limits;
mod local;
mod local_body;
#[cfg(all(test, loom))]
mod loom;
mod main_thread;
mod watchdog;
mod weak;

pub use cown::PinnedCown;
pub use home_thread::HomeThread;
pub use limits::{PumpLimits, PumpResult};
pub use main_thread::{Busy, ClaimError, MainThread};
pub use watchdog::{Starvation, Watchdog};
pub use weak::WeakPinnedCown;

pub(crate) use block::PinnedHeader;
pub(crate) use home::{Home, cancel_at_homes, jobs_at_homes};
pub(crate) use local::{MayLeaveSome, is_home, pump_one_while_waiting, ready_here, run_here};
