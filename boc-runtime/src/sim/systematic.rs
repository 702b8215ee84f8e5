//! Owns: going through all orders: depth first over the decisions of a run. README.md, part 4.

use std::collections::BTreeSet;

use super::chooser::{Choice, Chooser, Place};

/// Where a search stands.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The first decisions of the next run.
    first: Vec<usize>,
    /// The `when`s for which it makes a difference that they are late.
    late: BTreeSet<Place>,
}

/// What follows a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    Run,
    /// Two `when`s of the run were in an order that is not the only one: all over again, with both.
    Again,
    /// There is no other order.
    Done,
}

impl Search {
    pub(super) fn chooser(&self) -> Chooser {
        Chooser::systematic(self.first.clone(), self.late.clone())
    }

    /// Turns to the next order, after a run.
    pub(super) fn after(&mut self, choices: &[Choice], races: BTreeSet<Place>) -> Next {
        if !races.is_subset(&self.late) {
            self.late.extend(races);
            self.first.clear();
            return Next::Again;
        }
        let Some(last) = choices.iter().rposition(|choice| choice.taken + 1 < choice.of) else {
            return Next::Done;
        };
        self.first = choices[..last].iter().map(|choice| choice.taken).collect();
        self.first.push(choices[last].taken + 1);
        Next::Run
    }
}

/// How many orders there are if every run decides as often, among as many, as this one (Knuth's estimate).
pub(super) fn estimate(choices: &[Choice]) -> f64 {
    choices.iter().map(|choice| choice.of as f64).product()
}
