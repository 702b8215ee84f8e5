//! Owns: running a program on the real runtime, with threads and all.

use std::collections::BTreeMap;
use std::mem;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake};
use std::thread;
use std::time::Duration;

use boc::Scope;
use boc::prelude::*;
use boc_tests::message_of;
use parking_lot::{Mutex, RwLock};

use crate::model::observed::{Ending, Scheduled, StepSeen};
use crate::model::program::{Filling, Kind, Step, Target, ThingId, What, When, mix, own_fills};
use crate::model::{OUTSIDE, panic_message};
use crate::shapes::{self, Current, Here, InBatch, InScope, On, Sets};
use crate::things::{Captures, Local, Recorder, Running, Thing, fault, now};

/// What the threads and bodies of a run share.
pub(crate) struct Run {
    pub(crate) recorder: Arc<Recorder>,
    /// The second runtime.
    extra: RwLock<Option<Runtime>>,
    /// The promises that are kept.
    kept: Mutex<BTreeMap<ThingId, Promise<Thing>>>,
    made_up: Failure,
}

#[derive(Clone)]
pub(crate) enum Handle {
    Cown(Cown<Thing>),
    Pinned(PinnedCown<Local>),
    Promise(Promise<Thing>),
}

/// The handles that a thread, or a body, has.
#[derive(Default)]
pub(crate) struct Env {
    pub(crate) handles: BTreeMap<ThingId, Handle>,
    pub(crate) resolvers: BTreeMap<usize, Resolver<Thing>>,
}

impl Env {
    fn cown(&self, thing: ThingId) -> &Cown<Thing> {
        if let Handle::Cown(cown) = &self.handles[&thing] { cown } else { panic!("{thing} is no cown") }
    }

    fn pinned(&self, thing: ThingId) -> &PinnedCown<Local> {
        if let Handle::Pinned(cown) = &self.handles[&thing] { cown } else { panic!("{thing} is not pinned") }
    }

    fn promise(&self, thing: ThingId) -> &Promise<Thing> {
        if let Handle::Promise(promise) = &self.handles[&thing] {
            promise
        } else {
            panic!("{thing} is no promise")
        }
    }

    /// What a body needs: clones of the handles that it mentions, and the resolvers that it uses.
    fn captured(&mut self, when: &When) -> Env {
        let mut captured = Env::default();
        when.each(&mut |inner| {
            if inner.id != when.id {
                self.copy(inner.requests.iter().map(|request| request.thing), &mut captured);
            }
            self.copy(mentioned(&inner.body), &mut captured);
            for outside in own_fills(&inner.body) {
                captured
                    .resolvers
                    .extend(self.resolvers.remove(&outside).map(|resolver| (outside, resolver)));
            }
        });
        captured
    }

    fn copy(&self, things: impl Iterator<Item = ThingId>, to: &mut Env) {
        for thing in things {
            // What is not here yet is made by the body.
            to.handles.extend(self.handles.get(&thing).map(|handle| (thing, handle.clone())));
        }
    }
}

/// What the steps of a body name, other than in requests.
fn mentioned(steps: &[Step]) -> impl Iterator<Item = ThingId> {
    steps.iter().filter_map(|step| match step.what {
        What::Ask(thing) | What::Forget(thing) => Some(thing),
        _ => None,
    })
}

/// Where steps are done, and what can be used there.
#[derive(Clone, Copy, Default)]
pub(crate) struct Place<'p, 's, 'e> {
    pub(crate) main: Option<&'p MainThread>,
    pub(crate) scope: Option<&'s Scope<'s, 'e>>,
    /// What the body around holds exclusively.
    pub(crate) held: &'p [(ThingId, &'p Acquired<'p, Thing>)],
}

/// The body of a behavior, on its way.
pub(crate) struct Body {
    run: Arc<Run>,
    when: Arc<When>,
    env: Env,
    _captures: Captures,
}

/// A body that has noted what it has found.
pub(crate) struct Begun {
    running: Running,
    body: Body,
}

impl Body {
    pub(crate) fn begin(self, find: impl FnOnce(&mut Running)) -> Begun {
        let mut running = Running::begin(&self.run.recorder, &self.when);
        find(&mut running);
        Begun { running, body: self }
    }
}

impl Begun {
    /// Does the steps of the body. `held`: the guards of what it holds exclusively.
    pub(crate) fn finish(self, held: &[&Acquired<'_, Thing>]) -> Thing {
        let Self { running, mut body } = self;
        running.linger();
        let held: Vec<_> = running.held(held.len()).zip(held.iter().copied()).collect();
        let place = Place { held: &held, ..Place::default() };
        body.run.steps(&body.when.body, &mut body.env, place);
        if body.when.panics {
            // Without the panic hook, which would print it.
            resume_unwind(Box::new(panic_message(body.when.id)));
        }
        let id = body.when.id;
        Thing::new(&body.run.recorder, ThingId::Result(id), running.result(), Some(id))
    }
}

impl Run {
    pub(crate) fn new(recorder: Recorder, extra: Runtime, made_up: Failure) -> Self {
        let recorder = Arc::new(recorder);
        Self { recorder, extra: RwLock::new(Some(extra)), kept: Mutex::default(), made_up }
    }

    pub(crate) fn keep(&self, thing: ThingId, promise: Promise<Thing>) {
        self.kept.lock().insert(thing, promise);
    }

    pub(crate) fn take_kept(&self) -> BTreeMap<ThingId, Promise<Thing>> {
        mem::take(&mut *self.kept.lock())
    }

    pub(crate) fn quiesce_extra(&self) {
        if let Some(extra) = &*self.extra.read() {
            extra.quiesce();
        }
    }

    pub(crate) fn end_extra(&self) {
        let extra = self.extra.write().take();
        drop(extra);
    }

    fn steps(self: &Arc<Self>, steps: &[Step], env: &mut Env, place: Place<'_, '_, '_>) {
        for step in steps {
            self.step(step, env, place);
        }
    }

    /// What threads and bodies can do.
    pub(crate) fn step(self: &Arc<Self>, step: &Step, env: &mut Env, place: Place<'_, '_, '_>) {
        match &step.what {
            What::When(when) => match when.target {
                Target::Current => self.when(&Current, when, env, place.held),
                Target::Here(_) => self.when(&Here(place.main.expect("a home")), when, env, place.held),
                Target::Scope => self.when(&InScope(place.scope.expect("a scope")), when, env, place.held),
                Target::Extra => match &*self.extra.read() {
                    Some(extra) => self.when(&On(extra), when, env, place.held),
                    None => self.give_up(when, env, Scheduled::NoRuntime),
                },
            },
            What::Batch(all) => {
                boc::batch(|batch| {
                    all.iter().for_each(|when| self.when(&InBatch(batch), when, env, place.held))
                });
            }
            What::Fill(outside, filling) => {
                let resolver = env.resolvers.remove(outside).expect("filled once");
                match filling {
                    Filling::Resolve => {
                        let (thing, number) = (ThingId::Outside(*outside), mix(0, *outside));
                        resolver.resolve(Thing::new(&self.recorder, thing, number, Some(OUTSIDE)));
                    }
                    Filling::Fail => resolver.fail(self.made_up.clone()),
                    Filling::Drop => drop(resolver),
                }
            }
            What::Forget(thing) => drop(env.handles.remove(thing)),
            What::Ask(thing) => {
                self.recorder.step(step.id, StepSeen::Asked(env.promise(*thing).is_finished()));
            }
            _ => self.thread_step(step, env, place),
        }
    }

    /// What only threads can do.
    fn thread_step(self: &Arc<Self>, step: &Step, env: &mut Env, place: Place<'_, '_, '_>) {
        let seen = match &step.what {
            What::Join(thing) => {
                StepSeen::Joined(self.join(env.promise(*thing).clone(), step.id, place.main.is_none()))
            }
            What::Quiesce => {
                quiesce();
                StepSeen::Quiesced(self.recorder.done().collect())
            }
            What::Scope(steps) => {
                let outcome = catch_unwind(AssertUnwindSafe(|| {
                    boc::scope(|scope| {
                        for inner in steps {
                            self.home_is_at(inner, place.main);
                            self.step(inner, env, Place { scope: Some(scope), ..place });
                        }
                        self.home_is_at(step, place.main);
                    });
                }));
                StepSeen::Scoped(outcome.err().map(|payload| message_of(&*payload)))
            }
            What::EndExtra => return self.end_extra(),
            What::Pump { most, deadline } => {
                let mut limits = PumpLimits::new();
                if let Some(most) = most.and_then(NonZeroUsize::new) {
                    limits = limits.max_behaviors(most);
                }
                if *deadline {
                    limits = limits.deadline(Duration::from_micros(30));
                }
                let PumpResult { executed, panicked, deadline_reached, .. } =
                    place.main.expect("a home").pump_with(limits);
                StepSeen::Pumped { executed, panicked, deadline_reached }
            }
            What::With(thing) => {
                let main = place.main.expect("a home");
                match main.with(env.pinned(*thing), |local| local.thing.value()) {
                    Ok(value) => StepSeen::Lent { before: value.log.len(), number: value.number },
                    Err(_) => return,
                }
            }
            _ => unreachable!("no step of a thread"),
        };
        self.recorder.step(step.id, seen);
    }

    fn home_is_at(&self, step: &Step, main: Option<&MainThread>) {
        if main.is_some() {
            now(self.recorder.home_here().expect("a home"), Some(step.id));
        }
    }

    /// Joins in one of the ways that there are.
    fn join(&self, promise: Promise<Thing>, how: usize, may_block: bool) -> Ending {
        let result = match how % 3 {
            0 => promise.join(),
            1 if may_block => block_on(promise.into_future()),
            _ => {
                let mut promise = promise;
                loop {
                    match promise.join_timeout(Duration::from_micros(20)) {
                        Ok(result) => break result,
                        Err(again) => promise = again,
                    }
                }
            }
        };
        result.map(|thing| thing.value()).map_err(|failure| fault(&failure))
    }

    fn when(
        self: &Arc<Self>,
        target: &impl shapes::Target,
        when: &Arc<When>,
        env: &mut Env,
        held: &[(ThingId, &Acquired<'_, Thing>)],
    ) {
        let body = Body {
            run: Arc::clone(self),
            when: Arc::clone(when),
            env: env.captured(when),
            _captures: Captures::new(&self.recorder, when.id),
        };
        let mut sets = Sets::default();
        for request in &when.requests {
            match request.kind {
                Kind::WriteCown => sets.write.push(env.cown(request.thing)),
                Kind::WritePromise => sets.owed.push(env.promise(request.thing)),
                Kind::Again => {
                    let guard = held.iter().find(|(thing, _)| *thing == request.thing);
                    sets.again.push(guard.expect("held").1);
                }
                Kind::ReadCown => sets.look.push(env.cown(request.thing)),
                Kind::ReadPromise => sets.results.push(env.promise(request.thing)),
                Kind::Try => sets.tried = Some(env.promise(request.thing)),
                Kind::Pinned => sets.pinned.push(env.pinned(request.thing)),
            }
        }
        // Before: a behavior that runs at once is scheduled.
        self.recorder.scheduled(when.id, Scheduled::Yes);
        match shapes::schedule(target, sets, body) {
            Ok(promise) => self.keep_result(when, env, promise),
            Err(refused) => {
                let said = refused.0.contains("same cown") || refused.0.contains("two different threads");
                assert!(said, "b{} was refused: {}", when.id, refused.0);
                self.recorder.scheduled(when.id, Scheduled::Refused);
                self.keep_result(when, env, abandoned());
            }
        }
    }

    /// A behavior is not scheduled: a promise that nobody fills stands in for its own.
    fn give_up(self: &Arc<Self>, when: &Arc<When>, env: &mut Env, how: Scheduled) {
        self.recorder.scheduled(when.id, how);
        drop((env.captured(when), Captures::new(&self.recorder, when.id)));
        self.keep_result(when, env, abandoned());
    }

    fn keep_result(&self, when: &When, env: &mut Env, promise: Promise<Thing>) {
        if !when.detached {
            let thing = ThingId::Result(when.id);
            self.keep(thing, promise.clone());
            env.handles.insert(thing, Handle::Promise(promise));
        }
    }
}

fn abandoned() -> Promise<Thing> {
    let (resolver, promise) = Promise::new();
    drop(resolver);
    promise
}

fn block_on<F: IntoFuture>(future: F) -> F::Output {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Arc::new(Unpark(thread::current())).into();
    let mut future = pin!(future.into_future());
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
