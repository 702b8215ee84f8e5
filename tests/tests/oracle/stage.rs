//! Owns: the life of a run: threads come, do their steps, come to rest, and everything goes away.

use std::collections::BTreeSet;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use parking_lot::Mutex;

use crate::drive::{Env, Handle, Place, Run};
use crate::model::MADE_UP;
use crate::model::observed::{Observed, StepSeen};
use crate::model::program::{Program, Step, ThingId, What};
use crate::things::{Local, Recorder, Thing, fault, now};

/// Runs `program` with so many workers; what was seen.
pub(crate) fn run(program: &Program, workers: usize) -> Observed {
    let runtime = |workers| Runtime::builder().workers(workers).build().expect("a runtime");
    let (main, extra) = (runtime(workers), runtime(workers.min(2)));
    // What bodies say goes without the panic hook, which would print it.
    let made_up = main.when((), |()| -> () { resume_unwind(Box::new(MADE_UP.to_owned())) }).join();
    let run = Arc::new(Run::new(Recorder::new(program), extra, made_up.expect_err("it panics")));
    let observed = Stage::new(program, &run, &main).play();
    main.shutdown();
    observed
}

struct Stage<'p> {
    program: &'p Program,
    run: &'p Arc<Run>,
    main: &'p Runtime,
    /// What threads start with: one for each, and what is left of it in the end.
    envs: Mutex<Vec<Env>>,
    homes: Mutex<Vec<thread::ThreadId>>,
    /// How often each home has pumped after its steps.
    rounds: Vec<AtomicUsize>,
    over: AtomicBool,
}

impl<'p> Stage<'p> {
    fn new(program: &'p Program, run: &'p Arc<Run>, main: &'p Runtime) -> Self {
        let homes = program.homes.len();
        let mut envs: Vec<Env> = (0..=program.threads.len()).map(|_| Env::default()).collect();
        // The last thread only fills: it has resolvers and nothing else.
        let mut give = |thing, handle: Handle| {
            for env in &mut envs[..program.threads.len()] {
                env.handles.insert(thing, handle.clone());
            }
        };
        for cown in (0..program.cowns).map(ThingId::Cown) {
            give(cown, Handle::Cown(Cown::new(Thing::new(&run.recorder, cown, 0, None))));
        }
        let mut resolvers = Vec::new();
        for outside in 0..program.outside {
            let (resolver, promise) = Promise::new();
            resolvers.push(Some(resolver));
            give(ThingId::Outside(outside), Handle::Promise(promise.clone()));
            run.keep(ThingId::Outside(outside), promise);
        }
        for (env, steps) in envs.iter_mut().zip(program.threads.iter().chain([&program.late])) {
            for outside in crate::generate::all_fills(steps) {
                env.resolvers.extend(resolvers[outside].take().map(|resolver| (outside, resolver)));
            }
        }
        Self {
            program,
            run,
            main,
            envs: Mutex::new(envs),
            homes: Mutex::new(vec![thread::current().id(); homes]),
            rounds: (0..homes).map(|_| AtomicUsize::new(0)).collect(),
            over: AtomicBool::new(false),
        }
    }

    fn play(self) -> Observed {
        let threads = self.program.threads.len() + 1;
        let (made, start) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
        let (done, each_done) = channel();
        let (gone_at_rest, endings) = boc_tests::scope(|scope| {
            for (at, steps) in self.program.threads.iter().chain([&self.program.late]).enumerate() {
                let (this, made, start, done) = (&self, &made, &start, done.clone());
                scope.spawn(move || this.thread(at, steps, made, start, &done));
            }
            made.wait();
            self.run.recorder.set_homes(self.homes.lock().clone());
            start.wait();
            let open: Vec<usize> = (0..threads).filter_map(|_| each_done.recv().expect("a thread")).collect();
            self.come_to_rest(&open);
            let gone_at_rest: BTreeSet<ThingId> = self.run.recorder.gone().collect();
            let endings = self.run.take_kept().into_iter().map(|(thing, promise)| {
                let ending = promise.join().map(|thing| thing.value());
                (thing, ending.map_err(|failure| fault(&failure)))
            });
            let endings = endings.collect();
            // Handles of pinned cowns go here, not at their homes.
            self.envs.lock().clear();
            self.over.store(true, Ordering::SeqCst);
            (gone_at_rest, endings)
        });
        self.run.end_extra();
        Observed { gone_at_rest, endings, ..self.run.recorder.observed() }
    }

    /// One thread of the program, from its first moment to its last.
    fn thread(
        &self,
        at: usize,
        steps: &[Step],
        made: &Barrier,
        start: &Barrier,
        done: &Sender<Option<usize>>,
    ) {
        let home = at < self.program.homes.len();
        let mut main = home.then(|| self.make_home(at));
        made.wait();
        start.wait();
        let mut env = std::mem::take(&mut self.envs.lock()[at]);
        self.main.enter(|| {
            for step in steps {
                if home {
                    now(at, Some(step.id));
                }
                match step.what {
                    What::Close => {
                        drop(main.take());
                        self.run.recorder.step(step.id, StepSeen::Closed(self.run.recorder.gone().collect()));
                    }
                    _ => self.run.step(step, &mut env, Place { main: main.as_ref(), ..Place::default() }),
                }
            }
        });
        self.envs.lock()[at] = env;
        done.send(main.is_some().then_some(at)).expect("somebody waits");
        // Somebody may still schedule something for this home, so it goes on.
        if let Some(main) = main {
            now(at, None);
            while !self.over.load(Ordering::SeqCst) {
                main.pump();
                self.rounds[at].fetch_add(1, Ordering::SeqCst);
                thread::sleep(Duration::from_micros(50));
            }
        }
    }

    fn make_home(&self, home: usize) -> MainThread {
        let main = MainThread::claim().expect("a fresh thread");
        self.homes.lock()[home] = thread::current().id();
        for at in 0..self.program.homes[home] {
            let thing = ThingId::Pinned(home, at);
            let cown = PinnedCown::new(&main, Local::new(Thing::new(&self.run.recorder, thing, 0, None)));
            for env in self.envs.lock()[..self.program.threads.len()].iter_mut() {
                env.handles.insert(thing, Handle::Pinned(cown.clone()));
            }
        }
        main
    }

    /// Waits until nothing is in flight any more. What belongs to a runtime that is gone is waited for by nobody else.
    fn come_to_rest(&self, open: &[usize]) {
        self.main.quiesce();
        self.run.quiesce_extra();
        for _ in 0..500 {
            if self.run.recorder.everything_is_done() {
                break;
            }
            thread::sleep(Duration::from_millis(1));
        }
        for home in open {
            // What was sent home is dropped there in the second of these at the latest.
            let rounds = self.rounds[*home].load(Ordering::SeqCst);
            while self.rounds[*home].load(Ordering::SeqCst) < rounds + 2 {
                thread::yield_now();
            }
        }
    }
}
