//! Owns: what a failed exploration prints.

use std::cell::Cell;
use std::panic;
use std::sync::Once;
use std::thread;

use crate::sync::thread_local;

use super::explore::Fault;
use super::history::History;
use super::replay::{Replay, VARIABLE};

/// More lines than this are not read; the last ones matter most.
const LINES: usize = 60;

/// A failure, and everything that is known of it.
pub(super) struct Failed<'a> {
    pub(super) fault: &'a Fault,
    pub(super) seed: Replay,
    pub(super) number: usize,
    pub(super) cases: usize,
    pub(super) repeatable: bool,
    pub(super) history: &'a History,
    /// A run that fails in the same way and has an order that is easier to follow.
    pub(super) simpler: Option<(Replay, History)>,
}

pub(super) fn failed(failed: &Failed<'_>) {
    let Failed { fault, seed, number, cases, repeatable, history, simpler } = failed;
    let mut text = format!("\nboc::explore: schedule {number} of at most {cases} fails");
    if let Replay::Seed(seed) = seed {
        text += &format!(" (seed {seed})");
    }
    text += &format!(": {}\n", fault.message());
    let (replay, history) = match simpler {
        Some((replay, simpler)) => (replay, simpler),
        None => (seed, *history),
    };
    text += &order(history);
    if !repeatable {
        text += "a second run with the same decisions went another way: something else differs from run to run (the clock, \
                 threads, a `HashMap`'s order, addresses of cowns)\n";
    }
    text += &format!("to repeat it:    {}\n", command(seed));
    if seed != replay {
        text += &format!("this very order: {}\n", command(replay));
    }
    eprint!("{text}");
}

pub(super) fn replayed(replay: &Replay, fault: &Fault, history: &History) {
    eprint!("\nboc::explore: {VARIABLE}={replay} fails: {}\n{}", fault.message(), order(history));
}

fn order(history: &History) -> String {
    let lines = history.lines();
    let left_out = lines.len().saturating_sub(LINES);
    let mut text = match history.order().len() {
        0 => "no behavior has run\n".to_owned(),
        _ => "the behaviors, in the order in which they ran:\n".to_owned(),
    };
    if left_out > 0 {
        text += &format!("      .. {left_out} others\n");
    }
    for line in &lines[left_out..] {
        text += line;
        text.push('\n');
    }
    text
}

/// A test's thread has its name.
fn command(replay: &Replay) -> String {
    match thread::current().name() {
        Some(test) if test != "main" => format!("{VARIABLE}={replay} cargo test {test}"),
        _ => format!("{VARIABLE}={replay}, in the environment of this program"),
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// While it exists, panics of this thread are not printed: they are those of a failure that is known, again.
pub(super) struct Quiet(());

impl Quiet {
    pub(super) fn new() -> Quiet {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let hook = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if !QUIET.try_with(Cell::get).unwrap_or(false) {
                    hook(info);
                }
            }));
        });
        QUIET.set(true);
        Quiet(())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.set(false);
    }
}
