//! Owns: the values that lie in the cowns, and the recorder that everybody reports to.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::thread::{self, ThreadId};

use boc::prelude::*;
use boc_tests::{Held, Probe, Watch};
use parking_lot::{Mutex, RwLock};

use crate::model::observed::{Dropped, Fault, Observed, Scheduled, Seen, Sight, StepSeen, Value};
use crate::model::program::{BehaviorId, Kind, Program, StepId, ThingId, When, mix};

thread_local! {
    /// What the home thread is at: see [`Seen::ran_at`].
    static NOW: Cell<Option<(usize, Option<StepId>)>> = const { Cell::new(None) };
    static IN_BODY: Cell<bool> = const { Cell::new(false) };
}

/// The home thread goes on to a step.
pub(crate) fn now(home: usize, step: Option<StepId>) {
    NOW.set(Some((home, step)));
}

/// Everything that is seen of one run.
#[derive(Default)]
pub(crate) struct Recorder {
    watch: Watch,
    behaviors: Vec<Mutex<Seen>>,
    steps: Mutex<BTreeMap<StepId, StepSeen>>,
    drops: Mutex<BTreeMap<ThingId, Vec<Dropped>>>,
    homes: RwLock<Vec<ThreadId>>,
}

impl Recorder {
    pub(crate) fn new(program: &Program) -> Self {
        let behaviors = (0..program.behaviors).map(|_| Mutex::default()).collect();
        Self { behaviors, ..Self::default() }
    }

    pub(crate) fn set_homes(&self, homes: Vec<ThreadId>) {
        *self.homes.write() = homes;
    }

    pub(crate) fn home_here(&self) -> Option<usize> {
        self.homes.read().iter().position(|home| *home == thread::current().id())
    }

    pub(crate) fn scheduled(&self, id: BehaviorId, how: Scheduled) {
        self.behaviors[id].lock().scheduled = how;
    }

    pub(crate) fn step(&self, id: StepId, seen: StepSeen) {
        self.steps.lock().insert(id, seen);
    }

    /// The behaviors whose captures are gone.
    pub(crate) fn done(&self) -> impl Iterator<Item = BehaviorId> {
        let seen = self.behaviors.iter().enumerate();
        seen.filter_map(|(id, seen)| (seen.lock().captures_dropped > 0).then_some(id))
    }

    /// Whether every behavior that was scheduled has lost its captures.
    pub(crate) fn everything_is_done(&self) -> bool {
        self.behaviors.iter().all(|seen| {
            let seen = seen.lock();
            seen.scheduled != Scheduled::Yes || seen.captures_dropped > 0
        })
    }

    /// The values that were dropped.
    pub(crate) fn gone(&self) -> impl Iterator<Item = ThingId> + use<> {
        self.drops.lock().keys().copied().collect::<Vec<_>>().into_iter()
    }

    pub(crate) fn observed(&self) -> Observed {
        let seen = self.behaviors.iter().map(|seen| seen.lock().clone());
        Observed {
            behaviors: seen.collect(),
            steps: self.steps.lock().clone(),
            drops: self.drops.lock().clone(),
            trouble: self.watch.reports().into_iter().map(|what| format!("isolation: {what}")).collect(),
            ..Observed::default()
        }
    }
}

/// A value in a cown, in a promise, or in a pinned cown.
pub(crate) struct Thing {
    id: ThingId,
    number: u64,
    probe: Probe,
    recorder: Arc<Recorder>,
}

impl Thing {
    /// A value that has been nowhere; `log` is who has made it.
    pub(crate) fn new(recorder: &Arc<Recorder>, id: ThingId, number: u64, log: Option<BehaviorId>) -> Self {
        let mut probe = Probe::new(0, &recorder.watch);
        probe.log.extend(log.map(|id| id as u64));
        Self { id, number, probe, recorder: Arc::clone(recorder) }
    }

    pub(crate) fn value(&self) -> Value {
        Value { log: self.probe.log.iter().map(|id| *id as BehaviorId).collect(), number: self.number }
    }

    pub(crate) fn sight(&self) -> Sight {
        Sight::Value { before: self.probe.log.len(), number: self.number }
    }

    /// The value of `expected` is found; another one would be another's.
    fn is(&self, expected: ThingId) {
        let gone = self.recorder.drops.lock().contains_key(&self.id);
        let right = self.id == expected && !gone;
        self.recorder.watch.check(right, || format!("{} was found in {expected} (dropped: {gone})", self.id));
    }
}

impl Drop for Thing {
    fn drop(&mut self) {
        let dropped = Dropped { value: self.value(), at: self.recorder.home_here() };
        self.recorder.drops.lock().entry(self.id).or_default().push(dropped);
    }
}

/// What lies in a pinned cown: it must not be sent.
pub(crate) struct Local {
    pub(crate) thing: Thing,
    _stays: Rc<()>,
}

impl Local {
    pub(crate) fn new(thing: Thing) -> Self {
        Self { thing, _stays: Rc::new(()) }
    }
}

/// Goes with the captures of a behavior, and reports when they are dropped.
pub(crate) struct Captures {
    recorder: Arc<Recorder>,
    id: BehaviorId,
}

impl Captures {
    pub(crate) fn new(recorder: &Arc<Recorder>, id: BehaviorId) -> Self {
        Self { recorder: Arc::clone(recorder), id }
    }
}

impl Drop for Captures {
    fn drop(&mut self) {
        let mut seen = self.recorder.behaviors[self.id].lock();
        seen.captures_dropped += 1;
        seen.captures_at = self.recorder.home_here();
    }
}

/// A body that runs: it goes through its requests, in order, and stays in all of them until it is dropped.
pub(crate) struct Running {
    recorder: Arc<Recorder>,
    when: Arc<When>,
    sights: Vec<Sight>,
    held: Vec<Held>,
}

impl Running {
    pub(crate) fn begin(recorder: &Arc<Recorder>, when: &Arc<When>) -> Self {
        let inside = IN_BODY.replace(true);
        recorder.watch.check(!inside, || format!("b{} runs inside another body", when.id));
        let mut seen = recorder.behaviors[when.id].lock();
        seen.runs += 1;
        seen.ran_at = NOW.get();
        drop(seen);
        let (recorder, when) = (Arc::clone(recorder), Arc::clone(when));
        Self { recorder, when, sights: Vec::new(), held: Vec::new() }
    }

    fn next(&mut self, thing: &Thing) -> Kind {
        let request = self.when.requests[self.sights.len()];
        thing.is(request.thing);
        self.sights.push(thing.sight());
        request.kind
    }

    pub(crate) fn write(&mut self, thing: &mut Thing) {
        let kind = self.next(thing);
        self.recorder.watch.check(!kind.is_read(), || format!("b{} writes what it reads", self.when.id));
        self.held.push(thing.probe.exclusive());
        thing.probe.log.push(self.when.id as u64);
        thing.number = mix(thing.number, self.when.id);
    }

    pub(crate) fn read(&mut self, thing: &Thing) {
        self.next(thing);
        self.held.push(thing.probe.shared());
    }

    pub(crate) fn attempt(&mut self, tried: Result<&mut Thing, Failure>) {
        match tried {
            Ok(thing) => self.write(thing),
            Err(failure) => self.sights.push(Sight::Failed(fault(&failure))),
        }
    }

    pub(crate) fn linger(&self) {
        match self.held.first() {
            Some(held) => held.linger(self.when.linger),
            None => (0..self.when.linger).for_each(|_| std::hint::spin_loop()),
        }
    }

    /// The number that the result has.
    pub(crate) fn result(&self) -> u64 {
        self.sights.iter().fold(mix(0, self.when.id), |sum, sight| match sight {
            Sight::Value { number, .. } => mix(sum, *number as usize),
            Sight::Failed(_) => sum,
        })
    }

    /// The first things that it has found, which are those that it holds exclusively.
    pub(crate) fn held(&self, count: usize) -> impl Iterator<Item = ThingId> {
        self.when.requests[..count].iter().map(|request| request.thing)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.recorder.behaviors[self.when.id].lock().sights = std::mem::take(&mut self.sights);
        IN_BODY.set(false);
    }
}

pub(crate) fn fault(failure: &Failure) -> Fault {
    Fault { kind: failure.kind(), message: failure.message().to_owned() }
}
