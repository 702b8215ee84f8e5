//! Owns: the sequential machine: one event after the other, no threads, no queues. What a run has shown has to be what
//! the machine finds.

use std::collections::{BTreeMap, BTreeSet};

use boc::prelude::FailureKind;

use super::arrows::Line;
use super::events::{Event, Events, Life};
use super::observed::{Fault, Observed, Scheduled, Seen, Sight, Value};
use super::program::{BehaviorId, Kind, Program, Target, ThingId, When, mix};

/// Why a promise has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cause {
    Panicked(BehaviorId),
    /// The failure that `Filling::Fail` passes on.
    MadeUp,
    Cancelled,
    Abandoned,
    Taken,
}

impl Cause {
    pub(super) fn is(self, fault: &Fault) -> bool {
        match self {
            Cause::Panicked(id) => fault.kind == FailureKind::Panicked && fault.message == panic_message(id),
            Cause::MadeUp => fault.kind == FailureKind::Panicked && fault.message == MADE_UP,
            Cause::Cancelled => fault.kind == FailureKind::Cancelled,
            Cause::Abandoned => fault.kind == FailureKind::Abandoned,
            Cause::Taken => fault.kind == FailureKind::Taken,
        }
    }
}

/// What the body of a behavior that panics says.
pub(crate) fn panic_message(id: BehaviorId) -> String {
    format!("b{id} panics")
}

/// What the failure says that promises from outside are failed with.
pub(crate) const MADE_UP: &str = "made up";

/// A promise, as far as the machine has come.
pub(super) enum Promised {
    /// The value is among the things.
    Value,
    /// One of these: with several failed requests, any of them may be passed on.
    Failed(BTreeSet<Cause>),
}

/// The state of the machine.
pub(crate) struct World<'r> {
    pub(super) program: &'r Program,
    pub(super) observed: &'r Observed,
    pub(super) events: &'r Events<'r>,
    pub(super) line: &'r Line<'r>,
    pub(super) things: BTreeMap<ThingId, Value>,
    pub(super) promises: BTreeMap<ThingId, Promised>,
    /// The results that behaviors are about to leave.
    results: BTreeMap<BehaviorId, u64>,
    /// Values that a join has taken, as they were.
    pub(super) taken: BTreeMap<ThingId, Value>,
    pub(super) wrong: Vec<String>,
}

impl<'r> World<'r> {
    pub(crate) fn new(
        program: &'r Program,
        observed: &'r Observed,
        events: &'r Events<'r>,
        line: &'r Line<'r>,
    ) -> Self {
        let cowns = (0..program.cowns).map(ThingId::Cown);
        let pinned = program.homes.iter().enumerate();
        let pinned = pinned.flat_map(|(home, count)| (0..*count).map(move |at| ThingId::Pinned(home, at)));
        let things = cowns.chain(pinned).map(|thing| (thing, Value { log: Vec::new(), number: 0 }));
        Self {
            program,
            observed,
            events,
            line,
            things: things.collect(),
            promises: BTreeMap::new(),
            results: BTreeMap::new(),
            taken: BTreeMap::new(),
            wrong: observed.trouble.clone(),
        }
    }

    /// Runs the whole program; what is wrong with what was seen.
    pub(crate) fn run(mut self) -> Vec<String> {
        for event in &self.line.events {
            match event {
                Event::Nothing => {}
                Event::Schedule(all) => all.iter().for_each(|when| self.schedule(when)),
                Event::Begin(id) => self.begin(&self.events.lives[id]),
                Event::End(id) => self.end(&self.events.lives[id]),
                Event::Step(step) => self.step(step),
                Event::Returns(step) => self.returns(step),
            }
        }
        self.over();
        self.wrong
    }

    pub(super) fn check(&mut self, rule: &str, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(format!("{rule}: {}", what()));
        }
    }

    pub(super) fn seen(&self, id: BehaviorId) -> &'r Seen {
        &self.observed.behaviors[id]
    }

    // Behaviors.

    fn schedule(&mut self, when: &When) {
        let (id, seen) = (when.id, self.seen(when.id));
        let possible = match seen.scheduled {
            Scheduled::Yes => !when.is_refused(),
            Scheduled::Refused => when.is_refused(),
            Scheduled::NoRuntime => when.target == Target::Extra,
            Scheduled::Never => false,
        };
        self.check("refusal", possible, || format!("b{id} was scheduled: {:?}", seen.scheduled));
        if seen.scheduled != Scheduled::Yes {
            self.check("exactly once", seen.runs == 0, || {
                format!("b{id} ran, though it was never scheduled")
            });
            // Whoever runs the program has an abandoned promise stand in.
            self.give_up(when, Cause::Abandoned);
        }
    }

    /// A behavior does not run: its promise fails, and so do those that its body would have filled.
    fn give_up(&mut self, when: &When, cause: Cause) {
        self.promises.insert(ThingId::Result(when.id), Promised::Failed([cause].into()));
        for outside in when.fills() {
            self.promises.insert(ThingId::Outside(outside), Promised::Failed([Cause::Abandoned].into()));
        }
    }

    fn begin(&mut self, life: &Life<'_>) {
        let (when, id, seen) = (life.when, life.when.id, self.seen(life.when.id));
        let failed = self.failed_requests(when);
        if seen.runs == 0 {
            let cancelled = self.may_be_cancelled(life).then_some(Cause::Cancelled);
            let causes: BTreeSet<Cause> = failed.into_iter().chain(cancelled).collect();
            self.check("exactly once", !causes.is_empty(), || format!("b{id} did not run"));
            self.give_up(when, Cause::Abandoned);
            self.promises.insert(ThingId::Result(id), Promised::Failed(causes));
            return;
        }
        self.check("exactly once", seen.runs == 1, || format!("b{id} ran {} times", seen.runs));
        self.check("failure", failed.is_empty(), || {
            format!("b{id} ran, though what it requests had failed: {failed:?}")
        });
        let at = seen.ran_at.map(|(home, _)| home);
        self.check("home", at == when.home(), || format!("b{id} ran at {at:?}, not at {:?}", when.home()));
        let count = seen.sights.len();
        self.check("value", count == when.requests.len(), || format!("b{id} has seen {count} of its things"));
        let mut result = mix(0, id);
        for (request, sight) in when.requests.iter().zip(&seen.sights) {
            let expected = match (self.things.get(&request.thing), self.promises.get(&request.thing)) {
                (Some(value), _) => Ok(Sight::Value { before: value.log.len(), number: value.number }),
                (None, Some(Promised::Failed(causes))) => Err(causes.clone()),
                (None, _) => Err([Cause::Taken].into()),
            };
            let right = match (&expected, sight) {
                (Ok(expected), sight) => expected == sight,
                (Err(causes), Sight::Failed(fault)) => causes.iter().any(|cause| cause.is(fault)),
                (Err(_), Sight::Value { .. }) => false,
            };
            self.check("value", right, || {
                format!("b{id} has found {sight:?} in {}, not {expected:?}", request.thing)
            });
            if let Sight::Value { number, .. } = sight {
                result = mix(result, *number as usize);
            }
            if let Some(value) = self.things.get_mut(&request.thing)
                && !request.kind.is_read()
            {
                value.log.push(id);
                value.number = mix(value.number, id);
            }
        }
        self.results.insert(id, result);
    }

    /// The failures of the promises that a behavior requests, but for those with `try`.
    fn failed_requests(&self, when: &When) -> BTreeSet<Cause> {
        let promises =
            when.requests.iter().filter(|request| request.thing.is_promise() && request.kind != Kind::Try);
        let causes = promises.flat_map(|request| match self.promises.get(&request.thing) {
            Some(Promised::Failed(causes)) => causes.clone(),
            _ if self.taken.contains_key(&request.thing) => [Cause::Taken].into(),
            // It has a value, or (for a behavior that is given up) nothing yet.
            _ => BTreeSet::new(),
        });
        causes.collect()
    }

    /// Its runtime or its home goes away, and it is not known to have ended before.
    fn may_be_cancelled(&self, life: &Life<'_>) -> bool {
        let runtime = self.events.end_extra.filter(|_| life.extra);
        let home = life.when.home().and_then(|home| self.events.closed.get(&home)).copied();
        runtime.into_iter().chain(home).any(|gone| !self.line.reach.before(life.end, gone.begins))
    }

    fn end(&mut self, life: &Life<'_>) {
        let (when, id) = (life.when, life.when.id);
        if self.seen(id).runs == 0 {
            return;
        }
        let thing = ThingId::Result(id);
        if when.panics {
            self.promises.insert(thing, Promised::Failed([Cause::Panicked(id)].into()));
        } else {
            let number = self.results[&id];
            self.things.insert(thing, Value { log: vec![id], number });
            self.promises.insert(thing, Promised::Value);
        }
    }
}

/// Stands in a log for whoever fills a promise from outside.
pub(crate) const OUTSIDE: BehaviorId = usize::MAX;
