#![doc = include_str!("README.md")]

mod current;
mod flag;

pub(crate) use current::{Entered, is_cancelled};
pub(crate) use flag::{Flag, Id};
