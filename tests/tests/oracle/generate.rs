//! Owns: random programs. Proptest makes, and shrinks, *drafts*: trees of numbers that can be anything. A draft is read
//! as a program that is legal and ends: names are picked among those that can be seen, and what might wait for itself is
//! left to somebody who never waits.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use crate::model::program::{
    BehaviorId, Filling, Kind, Program, Request, Step, Target, ThingId, What, When, each_when, own_fills,
};

/// More behaviors than this are left out.
const MOST_BEHAVIORS: usize = 40;

#[derive(Clone, Debug)]
struct Draft {
    cowns: usize,
    homes: Vec<usize>,
    outside: Vec<u8>,
    threads: Vec<Vec<DraftStep>>,
}

#[derive(Clone, Debug)]
enum DraftStep {
    When(DraftWhen),
    Batch(Vec<DraftWhen>),
    Scope(Vec<DraftStep>),
    Fill(usize, u8),
    Forget(usize),
    Ask(usize),
    Join(usize),
    Quiesce,
    EndExtra,
    Pump(usize, bool),
    With(usize),
    Close,
}

#[derive(Clone, Debug)]
struct DraftWhen {
    target: u8,
    requests: Vec<(u8, usize)>,
    body: Vec<DraftStep>,
    ends: u8,
    linger: u64,
}

/// Random programs.
pub(crate) fn programs() -> impl Strategy<Value = Program> {
    let threads = vec(vec(thread_step(), 0..12), 1..4);
    let draft = (1..5usize, vec(1..3usize, 0..3), vec(0..3u8, 0..3), threads);
    draft.prop_map(|(cowns, homes, outside, threads)| read(&Draft { cowns, homes, outside, threads }))
}

fn when(body: impl Strategy<Value = Vec<DraftStep>>) -> impl Strategy<Value = DraftWhen> {
    let linger = prop_oneof![3 => Just(0), 2 => 0..60u64, 1 => 0..3_000u64];
    (0..8u8, vec((0..8u8, any::<usize>()), 0..4), body, 0..12u8, linger)
        .prop_map(|(target, requests, body, ends, linger)| DraftWhen { target, requests, body, ends, linger })
}

/// A step of a body.
fn step() -> BoxedStrategy<DraftStep> {
    let leaf = prop_oneof![
        4 => when(Just(Vec::new())).prop_map(DraftStep::When),
        3 => (any::<usize>(), 0..3u8).prop_map(|(which, how)| DraftStep::Fill(which, how)),
        1 => any::<usize>().prop_map(DraftStep::Ask),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let body = vec(inner, 0..3);
        prop_oneof![
            4 => when(body.clone()).prop_map(DraftStep::When),
            1 => vec(when(body), 1..4).prop_map(DraftStep::Batch),
        ]
    })
    .boxed()
}

fn thread_step() -> BoxedStrategy<DraftStep> {
    prop_oneof![
        10 => step(),
        2 => vec(step(), 1..5).prop_map(DraftStep::Scope),
        3 => any::<usize>().prop_map(DraftStep::Join),
        1 => any::<usize>().prop_map(DraftStep::Forget),
        1 => Just(DraftStep::Quiesce),
        1 => Just(DraftStep::EndExtra),
        6 => (0..4usize, any::<bool>()).prop_map(|(most, deadline)| DraftStep::Pump(most, deadline)),
        1 => any::<usize>().prop_map(DraftStep::With),
        1 => Just(DraftStep::Close),
    ]
    .boxed()
}

/// What can be named at some place of a program, and what can be done there.
#[derive(Clone, Default)]
struct Place {
    visible: Vec<ThingId>,
    /// What the body around holds exclusively, and can request through a guard.
    held: Vec<ThingId>,
    body: bool,
    scope: bool,
    home: Option<usize>,
}

struct Reader {
    outside: usize,
    filled: Vec<bool>,
    behaviors: usize,
    steps: usize,
    extra_ended: bool,
}

/// The program that a draft is read as.
fn read(draft: &Draft) -> Program {
    let outside = draft.outside.len();
    let homes: Vec<usize> = draft.homes.iter().copied().take(draft.threads.len()).collect();
    let mut reader =
        Reader { outside, filled: vec![false; outside], behaviors: 0, steps: 0, extra_ended: false };
    let pinned = homes.iter().enumerate();
    let pinned = pinned.flat_map(|(home, count)| (0..*count).map(move |at| ThingId::Pinned(home, at)));
    let visible: Vec<ThingId> =
        (0..draft.cowns).map(ThingId::Cown).chain(pinned).chain((0..outside).map(ThingId::Outside)).collect();
    let threads = draft.threads.iter().enumerate().map(|(thread, steps)| {
        let home = (thread < homes.len()).then_some(thread);
        reader.steps(steps, &mut Place { visible: visible.clone(), home, ..Place::default() })
    });
    let threads: Vec<Vec<Step>> = threads.collect();
    let mut program = Program {
        cowns: draft.cowns,
        homes,
        outside,
        threads,
        late: Vec::new(),
        behaviors: reader.behaviors,
    };
    while let Some(outside) = (0..outside).find(|outside| may_wait_for_itself(&program, *outside)) {
        program.threads.iter_mut().for_each(|steps| do_not_fill(steps, outside));
    }
    let left = (0..outside).filter(|outside| !is_filled(&program, *outside));
    program.late = left.map(|at| reader.step(What::Fill(at, filling(draft.outside[at])))).collect();
    program
}

fn filling(how: u8) -> Filling {
    match how {
        0 => Filling::Resolve,
        1 => Filling::Fail,
        _ => Filling::Drop,
    }
}

/// One of the things that can be seen.
fn pick(place: &Place, at: usize, kind: impl Fn(ThingId) -> bool) -> Option<ThingId> {
    let all: Vec<ThingId> = place.visible.iter().copied().filter(|thing| kind(*thing)).collect();
    Some(all[at.checked_rem(all.len())?])
}

impl Reader {
    fn step(&mut self, what: What) -> Step {
        self.steps += 1;
        Step { id: self.steps, what }
    }

    fn steps(&mut self, drafts: &[DraftStep], place: &mut Place) -> Vec<Step> {
        drafts.iter().filter_map(|draft| self.one(draft, place)).collect()
    }

    fn one(&mut self, draft: &DraftStep, place: &mut Place) -> Option<Step> {
        let what = match draft {
            DraftStep::When(draft) => What::When(self.when(draft, place, false)?),
            DraftStep::Batch(all) => {
                What::Batch(all.iter().filter_map(|draft| self.when(draft, place, true)).collect())
            }
            DraftStep::Fill(at, how) => {
                let outside = at.checked_rem(self.outside)?;
                if std::mem::replace(&mut self.filled[outside], true) {
                    return None;
                }
                What::Fill(outside, filling(*how))
            }
            DraftStep::Ask(at) => What::Ask(pick(place, *at, ThingId::is_promise)?),
            _ if place.body => return None,
            DraftStep::Scope(steps) => {
                let mut inside = Place { scope: true, ..place.clone() };
                let steps = self.steps(steps, &mut inside);
                place.visible = inside.visible;
                What::Scope(steps)
            }
            DraftStep::Join(at) => What::Join(pick(place, *at, ThingId::is_promise)?),
            DraftStep::Quiesce => What::Quiesce,
            DraftStep::EndExtra if !std::mem::replace(&mut self.extra_ended, true) => What::EndExtra,
            _ if place.scope => return None,
            DraftStep::Forget(at) => {
                let thing = pick(place, *at, |thing| !thing.is_promise())?;
                place.visible.retain(|other| *other != thing);
                What::Forget(thing)
            }
            DraftStep::Pump(most, deadline) => {
                place.home?;
                What::Pump { most: (*most > 0).then_some(*most), deadline: *deadline }
            }
            DraftStep::With(at) => {
                let home = place.home?;
                What::With(pick(place, *at, |thing| thing.home() == Some(home))?)
            }
            DraftStep::Close => {
                place.home.take()?;
                What::Close
            }
            DraftStep::EndExtra => return None,
        };
        Some(self.step(what))
    }

    fn when(&mut self, draft: &DraftWhen, place: &mut Place, batch: bool) -> Option<Arc<When>> {
        if self.behaviors == MOST_BEHAVIORS {
            return None;
        }
        let id: BehaviorId = self.behaviors;
        self.behaviors += 1;
        let target = match draft.target {
            1 | 2 if place.scope && !batch => Target::Scope,
            3 if !batch => Target::Extra,
            4 if !batch => place.home.map_or(Target::Current, Target::Here),
            _ => Target::Current,
        };
        let mut requests: Vec<Request> = Vec::new();
        for (mode, at) in &draft.requests {
            let Some(at) = at.checked_rem(place.visible.len()) else { continue };
            let thing = place.visible[at];
            let tried = requests.iter().any(|request| request.kind == Kind::Try);
            let again = *mode >= 6 && !batch && place.held.contains(&thing);
            let kind = match (thing, mode) {
                (ThingId::Pinned(..), _) => Kind::Pinned,
                _ if again => Kind::Again,
                (ThingId::Cown(_), 0 | 1 | 4 | 5) => Kind::WriteCown,
                (ThingId::Cown(_), _) => Kind::ReadCown,
                (_, 1) if !tried => Kind::Try,
                (_, 0 | 4) => Kind::WritePromise,
                _ => Kind::ReadPromise,
            };
            requests.push(Request { kind, thing });
        }
        requests.sort();
        let held = requests
            .iter()
            .filter(|request| matches!(request.kind, Kind::WriteCown | Kind::WritePromise | Kind::Again));
        let mut inside = Place {
            visible: place.visible.clone(),
            held: held.map(|request| request.thing).collect(),
            body: true,
            ..Place::default()
        };
        let body = self.steps(&draft.body, &mut inside);
        let detached = draft.ends % 4 == 1;
        if !detached {
            place.visible.push(ThingId::Result(id));
        }
        let panics = draft.ends >= 10;
        Some(Arc::new(When { id, target, requests, body, panics, linger: draft.linger, detached }))
    }
}

/// Takes out the step that fills a promise.
fn do_not_fill(steps: &mut Vec<Step>, outside: usize) {
    steps.retain(|step| !matches!(step.what, What::Fill(other, _) if other == outside));
    for step in steps {
        match &mut step.what {
            What::When(when) => do_not_fill(&mut Arc::make_mut(when).body, outside),
            What::Batch(all) => {
                all.iter_mut().for_each(|when| do_not_fill(&mut Arc::make_mut(when).body, outside))
            }
            What::Scope(steps) => do_not_fill(steps, outside),
            _ => {}
        }
    }
}

fn is_filled(program: &Program, outside: usize) -> bool {
    program.threads.iter().any(|steps| all_fills(steps).contains(&outside))
}

/// What a thread and the behaviors that it schedules fill.
pub(crate) fn all_fills(steps: &[Step]) -> Vec<usize> {
    let mut all = fills_itself(steps);
    each_when(steps, &mut |when| all.extend(own_fills(&when.body)));
    all
}

/// What a thread fills, in scopes too.
fn fills_itself(steps: &[Step]) -> Vec<usize> {
    let scopes =
        steps.iter().filter_map(|step| if let What::Scope(steps) = &step.what { Some(steps) } else { None });
    own_fills(steps).chain(scopes.flat_map(|steps| fills_itself(steps))).collect()
}

/// Whether whoever fills a promise may, in some schedule, wait for that promise. (A thread that has waited before may have
/// waited for anything.)
fn may_wait_for_itself(program: &Program, outside: usize) -> bool {
    let mut whens: Vec<(&When, bool)> = Vec::new();
    for steps in &program.threads {
        let waits =
            |step: &Step| matches!(step.what, What::Join(_) | What::Quiesce | What::Scope(_) | What::Close);
        let blocked = steps.iter().position(waits).unwrap_or(steps.len());
        // A scope's closure comes before its waiting, but it may join.
        if fills_itself(&steps[blocked..]).contains(&outside) {
            return true;
        }
        each_when(&steps[..blocked], &mut |when| whens.push((when, false)));
        each_when(&steps[blocked..], &mut |when| whens.push((when, true)));
    }
    let mut late: Vec<bool> = whens.iter().map(|(_, late)| *late).collect();
    loop {
        let before = late.clone();
        for (at, (when, _)) in whens.iter().enumerate() {
            let waits_for = |thing: ThingId| match thing {
                ThingId::Outside(other) if other == outside => true,
                // As late as who fills it.
                ThingId::Outside(other) => whens
                    .iter()
                    .zip(&before)
                    .any(|((filler, _), late)| *late && filler.fills().contains(&other)),
                ThingId::Result(id) => {
                    whens.iter().zip(&before).any(|((other, _), late)| *late && other.id == id)
                }
                _ => false,
            };
            let meets = |(other, _): &(&When, bool)| {
                other.requests.iter().any(|one| when.requests.iter().any(|two| one.thing == two.thing))
            };
            late[at] |= when.requests.iter().any(|request| waits_for(request.thing))
                || whens.iter().zip(&before).any(|(other, late)| *late && meets(other))
                || whens.iter().zip(&before).any(|((other, _), late)| {
                    let mut inside = false;
                    other.each(&mut |child| inside |= child.id == when.id);
                    *late && inside
                });
        }
        if late == before {
            break;
        }
    }
    whens
        .iter()
        .zip(late)
        .any(|((when, _), late)| late && own_fills(&when.body).any(|other| other == outside))
}
