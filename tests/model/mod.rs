//! A model of behavior-oriented concurrency: what a run of a program may show, and what it may not.
//!
//! # How a rule follows from "comes before"
//!
//! Many schedules are legal, so a run is not compared with one expected run. It is asked instead: **is there an order of
//! its events, one after the other, in which a machine without any threads would have shown the same?** An event is: a
//! behavior is scheduled (a batch: all of it at once), begins, ends; a step of a thread or body takes effect; a wait
//! returns.
//!
//! 1. *Events* (`events.rs`, `arrows.rs`). Some events are known to come before others:
//!    - each thread's, and each body's, steps in the order of the program; a behavior is scheduled before it begins, and
//!      begins before it ends;
//!    - a promise's behavior (or the thread that fills it) ends before a behavior that requests it begins, and before a
//!      join of it returns; but what is cancelled with its runtime or its home waits for nothing;
//!    - what a wait waits for ends before it returns: `join`, `quiesce`, a scope, the end of a runtime or home;
//!    - what a pump has run lies between its begin and its return;
//!    - **seen order**: every value counts its exclusive holders, and everybody notes the count that he finds. So of two
//!      holders that do not both read it is seen who was first. That one ended before the other began (*isolation*), and,
//!      since a set enters all of its queues as one (a batch: all of its sets), it was scheduled before;
//!    - **the rule of order**: of two behaviors that request a cown, not both to read, the one whose scheduling
//!      comes before that of the other ends before the other begins. What comes before depends on what was seen, so this is
//!      applied until nothing new follows.
//!
//!    If these arrows go round in a circle, no order explains the run: somebody overtook, or saw half of a batch, or a
//!    wait returned too early. The circle is the message.
//! 2. *The machine* (`world.rs`, `steps.rs`, `ending.rs`). Otherwise line the events up, in any way that the arrows allow, and let a machine do
//!    them one after the other: values are a log and a number, promises are a value or a reason. At each event what was
//!    seen has to be what the machine has: which behaviors run (*exactly once*), what they find (*value*), why others do
//!    not (*failure*), what a pump counts, what a wait has waited for, what is dropped by then (*drops*), and where
//!    (*home*).
//!
//! A run of a right implementation always passes: lined up as it really was, it is what the machine does; and what the
//! machine finds does not depend on how events without arrows between them are lined up. Where the contract leaves
//! something open (which of several failures is passed on; whether what a dropped runtime had not finished still runs)
//! the machine takes what was seen, if it is one of the possibilities.
//!
//! What arrows cannot tell, bodies find out on the spot: two in one cown at the same time, a body inside another body.

mod arrows;
mod ending;
mod events;
mod graph;
pub(crate) mod observed;
pub(crate) mod program;
mod steps;
mod world;

pub(crate) use world::{MADE_UP, OUTSIDE, panic_message};

use events::Events;
use observed::Observed;
use program::Program;

/// What is wrong with what a run of `program` has shown; nothing, if it is a run as the contract wants it.
pub(crate) fn judge(program: &Program, observed: &Observed) -> Vec<String> {
    match Events::new(program, observed).line_up(observed) {
        Ok((line, events)) => world::World::new(program, observed, &events, &line).run(),
        Err(circle) => observed.trouble.iter().cloned().chain([format!("order: {circle}")]).collect(),
    }
}
