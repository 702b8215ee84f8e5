//! Owns: what comes before what, as far as a run has shown it, and what follows from that: see the top of `mod.rs`.

use std::collections::BTreeMap;

use boc::prelude::FailureKind;

use super::events::{Event, Events, Life, Times};
use super::graph::{Node, Reach};
use super::observed::{Observed, Scheduled, Sight, StepSeen};
use super::program::{BehaviorId, StepId, Target, ThingId, What};

/// Somebody who holds a thing, in its queue.
struct Holder {
    name: String,
    reads: bool,
    /// When it has entered, at the earliest and at the latest: a join with a time limit, again and again, lets what came
    /// since pass.
    scheduled: Node,
    scheduled_by: Node,
    place: usize,
    begin: Node,
    end: Node,
    /// Where it stands among the holders, as far as it has been seen: `2 n + 1` for the exclusive holder number `n`,
    /// `2 n` for who has read what `n` of them have left.
    position: Option<usize>,
}

/// Everything in one possible order.
pub(crate) struct Line<'p> {
    pub(crate) events: Vec<Event<'p>>,
    pub(crate) reach: Reach,
}

impl<'p> Events<'p> {
    /// Adds what the run has shown, and what follows from it by the rule of order, until nothing new follows. Lines
    /// all events up; or says what goes round in a circle.
    pub(crate) fn line_up(mut self, observed: &Observed) -> Result<(Line<'p>, Self), String> {
        self.add_waits(observed);
        self.add_runtimes(observed);
        let queues = self.queues(observed);
        for (thing, holders) in &queues {
            self.add_seen_order(*thing, holders);
        }
        self.add_lent(observed);
        loop {
            let line = self.graph.line_up().map_err(|circle| self.tell(&circle))?;
            let reach = self.graph.reach(&line);
            let mut news = false;
            for (thing, holders) in &queues {
                news |= self.add_order_rule(*thing, holders, &reach);
            }
            news |= self.add_waited(observed, &reach);
            news |= self.add_quiescence(&reach) || self.add_taken(observed, &reach);
            if !news {
                let events = line.into_iter().map(|node| self.happens[node]).collect();
                return Ok((Line { events, reach }, self));
            }
        }
    }

    /// The holders of each thing that have shown themselves.
    fn queues(&self, observed: &Observed) -> BTreeMap<ThingId, Vec<Holder>> {
        let mut queues = BTreeMap::<ThingId, Vec<Holder>>::new();
        for (outside, filled) in &self.filled {
            queues.entry(ThingId::Outside(*outside)).or_default().push(Holder {
                name: format!("the resolver of o{outside}"),
                reads: false,
                scheduled: self.start,
                scheduled_by: self.start,
                place: 0,
                begin: self.start,
                end: *filled,
                position: Some(0),
            });
        }
        for (id, life) in &self.lives {
            let seen = &observed.behaviors[*id];
            if seen.scheduled != Scheduled::Yes {
                continue;
            }
            let holder = |reads, position| Holder {
                name: format!("b{id}"),
                reads,
                scheduled: life.scheduled,
                scheduled_by: life.scheduled,
                place: life.place,
                begin: life.begin,
                end: life.end,
                position,
            };
            queues.entry(ThingId::Result(*id)).or_default().push(holder(false, Some(0)));
            for (request, sight) in life.when.requests.iter().zip(&seen.sights) {
                let Sight::Value { before, .. } = sight else { continue };
                let reads = request.kind.is_read();
                let position = 2 * before + usize::from(!reads);
                queues.entry(request.thing).or_default().push(holder(reads, Some(position)));
            }
        }
        for (id, (step, times)) in &self.steps {
            if let (What::Join(thing), Some(StepSeen::Joined(ending))) = (&step.what, observed.steps.get(id))
            {
                // `Run::join` joins once in one of three.
                let scheduled_by = if id % 3 == 0 { times.begins } else { times.returns };
                queues.entry(*thing).or_default().push(Holder {
                    name: format!("the join of step {id}"),
                    reads: false,
                    scheduled: times.begins,
                    scheduled_by,
                    place: 0,
                    begin: times.returns,
                    end: times.returns,
                    position: ending.is_ok().then_some(usize::MAX),
                });
            }
        }
        queues
    }

    /// Who was seen to stand before whom in a queue has also entered all queues before.
    fn add_seen_order(&mut self, thing: ThingId, holders: &[Holder]) {
        for one in holders {
            for other in holders {
                if one.position < other.position && one.position.is_some() && !(one.reads && other.reads) {
                    let seen = format!("on {thing} {} was seen before {}", one.name, other.name);
                    self.graph.arrow(one.end, other.begin, &seen);
                    self.graph.arrow(
                        one.scheduled,
                        other.scheduled_by,
                        format_args!("{seen}, so it was scheduled before"),
                    );
                }
            }
        }
    }

    /// The rule of order: scheduled before, not both reading, so it ends before the other begins.
    fn add_order_rule(&mut self, thing: ThingId, holders: &[Holder], reach: &Reach) -> bool {
        let mut news = false;
        for one in holders {
            for other in holders {
                let together = one.scheduled == other.scheduled && one.place < other.place;
                if !(one.reads && other.reads)
                    && (together || reach.before(one.scheduled_by, other.scheduled))
                {
                    let why = format_args!(
                        "{} was scheduled before {}, and both want {thing}",
                        one.name, other.name
                    );
                    news |= self.graph.arrow(one.end, other.begin, why);
                }
            }
        }
        news
    }

    /// Promises before those who request them, scopes, and what ran in which pump.
    fn add_waits(&mut self, observed: &Observed) {
        for (id, life) in &self.lives {
            let seen = &observed.behaviors[*id];
            if seen.scheduled != Scheduled::Yes {
                continue;
            }
            if !self.may_be_given_up(*id, life, observed) {
                self.graph.arrows(self.requested(*id, life));
            }
            if let Some((_, scope)) = life.scope.map(|scope| self.steps[&scope]) {
                self.graph.arrow(life.end, scope.returns, format_args!("the scope waits for b{id}"));
            }
            if let Some((home, step)) = seen.ran_at {
                let (from, to) = match step.map(|step| self.steps[&step].1) {
                    Some(Times { waits, returns, .. }) => (waits, Some(returns)),
                    None => (self.last[home], None),
                };
                self.graph.arrow(from, life.begin, format_args!("b{id} ran in a pump of home {home}"));
                if let Some(to) = to {
                    self.graph.arrow(life.end, to, format_args!("b{id} ran in a pump of home {home}"));
                }
                if let Some(closed) = self.closed.get(&home) {
                    self.graph.arrow(
                        life.end,
                        closed.returns,
                        format_args!("b{id} ran, so home {home} was there"),
                    );
                }
            }
        }
        for (id, (step, times)) in &self.steps {
            if let (What::Ask(thing), Some(StepSeen::Asked(true))) = (&step.what, observed.steps.get(id))
                && let Some(ended) = self.producer(*thing)
            {
                self.graph.arrow(ended, times.begins, format_args!("{thing} was found finished"));
            }
        }
    }

    /// Whether it may have ended before what it requests: what waits for anything when its runtime or its home goes
    /// away is cancelled at once. One that has passed on another failure has waited for it.
    fn may_be_given_up(&self, id: BehaviorId, life: &Life<'_>, observed: &Observed) -> bool {
        let ending = observed.endings.get(&ThingId::Result(id));
        let may_be_cancelled = match ending {
            // The promise was not kept, so its end was not seen.
            None => true,
            Some(Ok(_)) => false,
            Some(Err(fault)) => fault.kind == FailureKind::Cancelled,
        };
        let runtime = life.extra && self.end_extra.is_some();
        let home = life.when.home().is_some_and(|home| self.closed.contains_key(&home));
        observed.behaviors[id].runs == 0 && may_be_cancelled && (runtime || home)
    }

    /// Who has ended before what went away, by all that has been seen, was not given up by that: it
    /// has waited for what it requests.
    fn add_waited(&mut self, observed: &Observed, reach: &Reach) -> bool {
        let mut news = false;
        for (id, life) in &self.lives {
            let runtime = self.end_extra.filter(|_| life.extra);
            let home = life.when.home().and_then(|home| self.closed.get(&home)).copied();
            let in_time = runtime.into_iter().chain(home).all(|gone| reach.before(life.end, gone.begins));
            if observed.behaviors[*id].scheduled == Scheduled::Yes && in_time {
                news |= self.graph.arrows(self.requested(*id, life));
            }
        }
        news
    }

    /// A behavior begins after the ends of the promises that it requests, unless it is given up.
    fn requested(&self, id: BehaviorId, life: &Life<'_>) -> Vec<(Node, Node, String)> {
        let promises =
            life.when.requests.iter().map(|request| request.thing).filter(|thing| thing.is_promise());
        let ended = promises.filter_map(|thing| Some((thing, self.producer(thing)?)));
        ended
            .map(|(thing, ended)| (ended, life.begin, format!("b{id} requests the promise {thing}")))
            .collect()
    }

    fn producer(&self, thing: ThingId) -> Option<Node> {
        match thing {
            ThingId::Result(id) => self.lives.get(&id).map(|life| life.end),
            ThingId::Outside(outside) => self.filled.get(&outside).copied(),
            _ => None,
        }
    }

    /// Who ran on the second runtime ran before it was gone.
    fn add_runtimes(&mut self, observed: &Observed) {
        let Some(gone) = self.end_extra else { return };
        for (id, life) in &self.lives {
            let seen = &observed.behaviors[*id];
            if seen.scheduled == Scheduled::NoRuntime {
                self.graph.arrow(gone.begins, life.scheduled, format_args!("b{id} found no second runtime"));
                continue;
            }
            if life.when.target == Target::Extra {
                self.graph.arrow(
                    life.scheduled,
                    gone.returns,
                    format_args!("b{id} found the second runtime"),
                );
            }
            if life.extra && seen.runs > 0 {
                let why = format_args!("b{id} ran, so the second runtime was there");
                // A pinned body may be running at home when the runtime is dropped elsewhere.
                match seen.ran_at.and_then(|(_, step)| step).map(|step| self.steps[&step].1) {
                    None if life.when.home().is_some() => {}
                    None => _ = self.graph.arrow(life.end, gone.returns, why),
                    Some(pump) => _ = self.graph.arrow(pump.waits, gone.returns, why),
                }
            }
        }
    }

    /// Direct access to a pinned value comes between bodies.
    fn add_lent(&mut self, observed: &Observed) {
        for (id, (step, times)) in &self.steps {
            let (What::With(thing), Some(StepSeen::Lent { before, .. })) =
                (&step.what, observed.steps.get(id))
            else {
                continue;
            };
            for (id, life) in &self.lives {
                for (request, sight) in life.when.requests.iter().zip(&observed.behaviors[*id].sights) {
                    match sight {
                        Sight::Value { before: mine, .. } if request.thing == *thing => {
                            let why = format_args!("seen by direct access to {thing}");
                            if mine < before {
                                self.graph.arrow(life.end, times.begins, why);
                            } else {
                                self.graph.arrow(times.begins, life.begin, why);
                            }
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// `quiesce` waits for everything that was scheduled before, and for what that schedules.
    fn add_quiescence(&mut self, reach: &Reach) -> bool {
        let mut news = false;
        let quiesces = self.steps.values().filter(|(step, _)| matches!(step.what, What::Quiesce));
        for times in quiesces.map(|(_, times)| *times).collect::<Vec<_>>() {
            for (id, life) in &self.lives {
                if self.is_awaited(life, times.begins, reach) {
                    news |=
                        self.graph.arrow(life.end, times.returns, format_args!("quiesce waits for b{id}"));
                }
            }
        }
        news
    }

    /// Whether a `quiesce` that begins then has to wait for it.
    pub(crate) fn is_awaited(&self, life: &Life<'_>, begins: Node, reach: &Reach) -> bool {
        let parent = life.parent.map(|parent| &self.lives[&parent]);
        !life.extra
            && (reach.before(life.scheduled, begins)
                || parent.is_some_and(|parent| self.is_awaited(parent, begins, reach)))
    }

    /// Who did not run, although nothing failed before, may have come after the join that took the value. Nobody has
    /// seen that, so it is assumed wherever it can be.
    fn add_taken(&mut self, observed: &Observed, reach: &Reach) -> bool {
        let taken = |step: &StepId| matches!(observed.steps.get(step), Some(StepSeen::Joined(Ok(_))));
        for (id, (step, join)) in &self.steps {
            let What::Join(thing) = step.what else { continue };
            if !taken(id) {
                continue;
            }
            for (other, (late, times)) in &self.steps {
                if matches!(late.what, What::Join(same) if same == thing) && other != id {
                    let why = format_args!("the join of step {id} took {thing}");
                    if self.graph.arrow(join.returns, times.returns, why) {
                        return true;
                    }
                }
            }
            for (b, life) in &self.lives {
                let seen = &observed.behaviors[*b];
                let wants = life.when.requests.iter().enumerate().find(|(_, request)| request.thing == thing);
                let Some((at, _)) = wants else { continue };
                let without = seen.runs == 0 || matches!(seen.sights.get(at), Some(Sight::Failed(_)));
                let can_be =
                    !reach.before(life.scheduled, join.begins) && !reach.before(life.begin, join.returns);
                let why = format_args!("b{b} found {thing} taken by the join of step {id}");
                if seen.scheduled == Scheduled::Yes
                    && without
                    && can_be
                    && self.graph.arrow(join.returns, life.begin, why)
                {
                    return true;
                }
            }
        }
        false
    }

    fn tell(&self, circle: &[(Node, String)]) -> String {
        let name = |node: Node| match self.happens[node] {
            Event::Nothing => "the start".to_owned(),
            Event::Schedule(all) => {
                let names: Vec<_> = all.iter().map(|when| format!("b{}", when.id)).collect();
                format!("scheduling {}", names.join(", "))
            }
            Event::Begin(id) => format!("begin of b{id}"),
            Event::End(id) => format!("end of b{id}"),
            Event::Step(step) => format!("step {}", step.id),
            Event::Returns(step) => format!("return of step {}", step.id),
        };
        let lines = circle.iter().map(|(node, why)| format!("\n  {} comes before (for {why})", name(*node)));
        format!("no order explains what was seen:{}\n  itself", lines.collect::<String>())
    }
}
