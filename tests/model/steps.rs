//! Owns: what the machine does at the steps of threads and bodies, and what waits and pumps have to show.

use super::events::Life;
use super::observed::{Ending, Scheduled, StepSeen, Value};
use super::program::{BehaviorId, Filling, Step, StepId, ThingId, What, mix};
use super::world::{Cause, OUTSIDE, Promised, World, panic_message};

impl World<'_> {
    pub(super) fn step(&mut self, step: &Step) {
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

    pub(super) fn returns(&mut self, step: &Step) {
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

    pub(super) fn join(&mut self, thing: ThingId, ending: &Ending, who: &str) {
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
}
