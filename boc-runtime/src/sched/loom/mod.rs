//! Owns: the models of README.md, part 5: one per race, of the same name.

mod counting;
mod parking;
mod stealing;
mod stopping;
