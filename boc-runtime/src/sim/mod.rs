#![doc = include_str!("README.md")]

mod chooser;
mod clock;
mod explore;
mod here;
mod history;
mod make;
mod outside;
mod replay;
mod report;
mod run;
mod shrink;
mod state;
mod stray;
mod systematic;
mod wait;

pub use explore::{Explored, Simulation, explore};

pub(crate) use chooser::Chooser;
#[cfg(all(test, shuttle))]
pub(crate) use chooser::Random;
pub(crate) use clock::{after, deadline_after, now};
pub(crate) use here::{Inside, entered, here, is_absent};
pub(crate) use make::{enter, look, note};
pub(crate) use outside::Outside;
pub(crate) use run::{Sim, core};
pub(crate) use stray::refuse;
pub(crate) use wait::{arrive, pump_one, put_off_release, settle, step_here, unseen, wait_until};
