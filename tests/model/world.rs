//! Owns: the sequential machine: one event after the other, no threads, no queues. What a run has shown has to be what
//! the machine finds.

use std::collections::{BTreeMap, BTreeSet};

use boc::prelude::FailureKind;

use super::events::{Event, Events, Life, Line};
use super::observed::{Dropped, Ending, Fault, Observed, Scheduled, Seen, Sight, StepSeen, Value};
use super::program::{BehaviorId, Filling, Kind, Program, Step, StepId, Target, ThingId, What, When, mix};

/// Why a promise has no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Panicked(BehaviorId),
    /// The failure that `Filling::Fail` passes on.
    MadeUp,
    Cancelled,
    Abandoned,
    Taken,
}

impl Cause {
    fn is(self, fault: &Fault) -> bool {
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
enum Promised {
    /// The value is among the things.
    Value,
    /// One of these: with several failed requests, any of them may be passed on.
    Failed(BTreeSet<Cause>),
}

/// The state of the machine.
pub(crate) struct World<'r> {
    program: &'r Program,
    observed: &'r Observed,
    events: &'r Events<'r>,
    line: &'r Line<'r>,
    things: BTreeMap<ThingId, Value>,
    promises: BTreeMap<ThingId, Promised>,
    /// The results that behaviors are about to leave.
    results: BTreeMap<BehaviorId, u64>,
    /// Values that a join has taken, as they were.
    taken: BTreeMap<ThingId, Value>,
    wrong: Vec<String>,
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

    fn check(&mut self, rule: &str, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(format!("{rule}: {}", what()));
        }
    }

    fn seen(&self, id: BehaviorId) -> &'r Seen {
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
            _ if self.things.contains_key(&request.thing) => BTreeSet::new(),
            _ => [Cause::Taken].into(),
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

    // Steps.

    fn step(&mut self, step: &Step) {
        match (&step.what, self.observed.steps.get(&step.id)) {
            (What::Fill(outside, filling), _) => {
                let thing = ThingId::Outside(*outside);
                let promised = match filling {
                    Filling::Resolve => Promised::Value,
                    Filling::Fail => Promised::Failed([Cause::MadeUp].into()),
                    Filling::Drop => Promised::Failed([Cause::Abandoned].into()),
                };
                if let Promised::Value = promised {
                    self.things.insert(thing, Value { log: vec![OUTSIDE], number: mix(0, *outside) });
                }
                self.promises.insert(thing, promised);
            }
            (What::With(thing), Some(StepSeen::Lent { before, number })) => {
                let value = &self.things[thing];
                let right = (*before, *number) == (value.log.len(), value.number);
                self.check("value", right, || {
                    format!("step {} has found {before} holders in {thing}", step.id)
                });
            }
            (What::With(thing), _) => {
                self.wrong.push(format!("home: step {} was refused access to {thing}", step.id));
            }
            _ => {}
        }
    }

    fn returns(&mut self, step: &Step) {
        let id = step.id;
        let Some(seen) = self.observed.steps.get(&id) else {
            if !matches!(step.what, What::EndExtra) {
                self.wrong.push(format!("wait: step {id} has shown nothing"));
            }
            return;
        };
        match (&step.what, seen) {
            (What::Join(thing), StepSeen::Joined(ending)) => self.join(*thing, ending, &format!("step {id}")),
            (What::Quiesce, StepSeen::Quiesced(done)) => {
                let begins = self.events.steps[&id].1.begins;
                for (b, life) in &self.events.lives {
                    if self.seen(*b).scheduled == Scheduled::Yes
                        && self.events.is_awaited(life, begins, &self.line.reach)
                    {
                        self.check("wait", done.contains(b), || {
                            format!("step {id} has not waited for b{b}, or not for its captures")
                        });
                    }
                }
            }
            (What::Scope(_), StepSeen::Scoped(message)) => self.scope(id, message.as_deref()),
            (What::Pump { most, deadline }, StepSeen::Pumped { executed, panicked, deadline_reached }) => {
                let ran: Vec<BehaviorId> = self.ran_in(id).collect();
                let panics = ran.iter().filter(|b| self.events.lives[b].when.panics).count();
                self.check("pump", most.is_none_or(|most| *executed <= most), || {
                    format!("step {id} has executed {executed} behaviors, of {most:?} at the most")
                });
                self.check("pump", ran.len() <= *executed, || {
                    format!("step {id} has run {ran:?}, and counts {executed}")
                });
                self.check("pump", panics == *panicked, || {
                    format!("step {id} counts {panicked} panics of {panics}")
                });
                self.check("pump", *deadline || !deadline_reached, || format!("step {id} has no deadline"));
                if most.is_none_or(|most| *executed < most) && !deadline_reached {
                    self.drained(id);
                }
            }
            (What::Close, StepSeen::Closed(gone)) => {
                let home = self.home_of_step(id);
                for at in 0..self.program.homes[home] {
                    let thing = ThingId::Pinned(home, at);
                    self.check("drops", gone.contains(&thing), || {
                        format!("{thing} has outlived its MainThread")
                    });
                }
            }
            (_, seen) => self.wrong.push(format!("step {id} has shown {seen:?}")),
        }
    }

    fn join(&mut self, thing: ThingId, ending: &Ending, who: &str) {
        let right = match (ending, self.promises.get(&thing)) {
            (Ok(value), Some(Promised::Value)) => self.things.get(&thing) == Some(value),
            (Err(fault), Some(Promised::Value)) => {
                !self.things.contains_key(&thing) && Cause::Taken.is(fault)
            }
            (Err(fault), Some(Promised::Failed(causes))) => causes.iter().any(|cause| cause.is(fault)),
            _ => false,
        };
        let rule = if ending.is_ok() { "value" } else { "failure" };
        let expected = self.things.get(&thing);
        let what = format!("{who} has got {ending:?} of {thing}, not {expected:?}");
        self.check(rule, right, || what);
        if ending.is_ok()
            && let Some(value) = self.things.remove(&thing)
        {
            self.taken.insert(thing, value);
        }
    }

    /// The first panic of a body comes out: one that no other panic of the scope comes before.
    fn scope(&mut self, id: StepId, message: Option<&str>) {
        let panicked: Vec<&Life<'_>> = self
            .events
            .lives
            .values()
            .filter(|life| life.scope == Some(id) && life.when.panics && self.seen(life.when.id).runs > 0)
            .collect();
        let right = match message {
            None => panicked.is_empty(),
            Some(message) => panicked.iter().any(|one| {
                message == panic_message(one.when.id)
                    && !panicked.iter().any(|other| self.line.reach.before(other.end, one.begin))
            }),
        };
        let ids: Vec<BehaviorId> = panicked.iter().map(|life| life.when.id).collect();
        self.check("scope", right, || format!("step {id} has resumed {message:?}; panicked have {ids:?}"));
    }

    fn home_of_step(&self, id: StepId) -> usize {
        let has = |steps: &Vec<Step>| steps.iter().any(|step| step.id == id);
        self.program.threads.iter().position(has).expect("a step of a thread")
    }

    fn ran_in(&self, id: StepId) -> impl Iterator<Item = BehaviorId> {
        let all = self.events.lives.keys().copied();
        all.filter(move |b| self.seen(*b).ran_at.is_some_and(|(_, step)| step == Some(id)))
    }

    /// A pump that nothing has limited leaves nothing behind that was ready: who requests only what lives here, was scheduled
    /// before, and stands behind nobody who was late.
    fn drained(&mut self, id: StepId) {
        let home = self.home_of_step(id);
        let (_, times) = self.events.steps[&id];
        let in_time = |life: &Life<'_>| self.line.reach.before(life.end, times.returns);
        for (b, life) in &self.events.lives {
            let wants = &life.when.requests;
            let local = !wants.is_empty() && wants.iter().all(|request| request.thing.home() == Some(home));
            let early = self.line.reach.before(life.scheduled, times.begins);
            if !local || !early || life.extra || self.seen(*b).scheduled != Scheduled::Yes || in_time(life) {
                continue;
            }
            let excused = self.events.lives.values().any(|other| {
                let meets =
                    other.when.requests.iter().any(|one| wants.iter().any(|two| one.thing == two.thing));
                let behind = self.line.reach.before(life.scheduled, other.scheduled)
                    || (other.scheduled == life.scheduled && other.place > life.place);
                meets && !behind && !in_time(other)
            });
            self.check("pump", excused, || format!("step {id} has left b{b} behind"));
        }
    }

    // The end.

    fn over(&mut self) {
        for (thing, ending) in &self.observed.endings {
            let ending_value = self.things.get(thing).cloned();
            self.join(*thing, ending, "the end");
            // It was there when nothing was in flight any more: the promise was kept.
            let gone = self.observed.gone_at_rest.contains(thing);
            self.check("drops", ending_value.is_none() || !gone, || {
                format!("{thing} was dropped before its handle")
            });
        }
        for (id, seen) in self.observed.behaviors.iter().enumerate() {
            let scheduled = self.events.lives.contains_key(&id);
            let dropped = seen.captures_dropped;
            self.check("drops", dropped == usize::from(scheduled), || {
                format!("b{id}'s captures were dropped {dropped} times")
            });
            if let Some(Life { when: When { target: Target::Here(home), .. }, .. }) =
                self.events.lives.get(&id)
            {
                let at = seen.captures_at;
                self.check("home", at == Some(*home), || format!("b{id}'s captures were dropped at {at:?}"));
            }
        }
        self.rest();
        let values = std::mem::take(&mut self.things).into_iter().chain(std::mem::take(&mut self.taken));
        let mut expected: BTreeMap<ThingId, Value> = values.collect();
        for (thing, drops) in &self.observed.drops {
            let Some(value) = expected.remove(thing) else {
                self.wrong.push(format!("drops: {thing} was dropped, and never was"));
                continue;
            };
            self.check("drops", drops.len() == 1, || format!("{thing} was dropped {} times", drops.len()));
            for Dropped { value: last, at } in drops {
                self.check("value", *last == value, || {
                    format!("{thing} was {last:?} in the end, not {value:?}")
                });
                let home = thing.home();
                self.check("home", home.is_none() || *at == home, || {
                    format!("{thing} was dropped at {at:?}")
                });
            }
        }
        for thing in expected.keys() {
            self.wrong.push(format!("drops: {thing} was never dropped"));
        }
    }

    /// At rest, what no thread has a handle of is gone, and the rest is there.
    fn rest(&mut self) {
        let threads = self.program.threads.len();
        let forgotten = |thing: ThingId| {
            let by = self.program.threads.iter().filter(|steps| {
                steps.iter().any(|step| matches!(step.what, What::Forget(other) if other == thing))
            });
            by.count() == threads
        };
        let mut gone = BTreeMap::new();
        for thing in self.things.keys().chain(self.taken.keys()) {
            let is_gone = match *thing {
                ThingId::Cown(_) => forgotten(*thing),
                ThingId::Pinned(home, _) => forgotten(*thing) || self.events.closed.contains_key(&home),
                ThingId::Result(id) => {
                    self.events.lives[&id].when.detached
                        || !matches!(self.observed.endings.get(thing), Some(Ok(_)))
                }
                ThingId::Outside(_) => !matches!(self.observed.endings.get(thing), Some(Ok(_))),
            };
            gone.insert(*thing, is_gone);
        }
        for (thing, is_gone) in gone {
            let found = self.observed.gone_at_rest.contains(&thing);
            self.check("drops", found == is_gone, || {
                format!("at rest {thing} was dropped: {found}, not {is_gone}")
            });
        }
    }
}

/// Stands in a log for whoever fills a promise from outside.
pub(crate) const OUTSIDE: BehaviorId = usize::MAX;
