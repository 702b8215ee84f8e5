//! The promises of pinned cowns, one file each.

mod block_on;
mod drop;
mod ends;
mod gate;
mod home;
mod hooks;
mod identity;
mod local;
mod pump;
mod reentry;
mod wait;
mod wake;
mod watchdog;
mod with;
