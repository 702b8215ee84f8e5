//! Stress: random programs against a plain sequential model. One thread schedules, so the model knows, for every
//! behavior, exactly what it must find in every cown it requests, whether it runs at all, and what becomes of its
//! promise.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use boc::prelude::*;
use boc_tests::{Drops, Probe, Rng, Watch, on_workers, stress};

/// What the model says about one scheduled behavior.
struct Scheduled {
    promise: Promise<u64>,
    runs: bool,
    fails: bool,
}

/// The program so far, and what it must have done in the end.
struct Program<'a> {
    cowns: Vec<Cown<Probe>>,
    logs: Vec<Vec<u64>>,
    all: Vec<Scheduled>,
    ran: Arc<Vec<AtomicU32>>,
    drops: Drops,
    watch: Watch,
    rng: &'a mut Rng,
}

impl Program<'_> {
    fn step(&mut self, id: usize) {
        let chosen = self.rng.choose(self.cowns.len(), 0, 4);
        let (write, look): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(|_| self.rng.chance(60));
        let needed: Vec<usize> = if id == 0 || self.rng.chance(60) {
            Vec::new()
        } else {
            self.rng.choose(id.min(8), 1, 3).into_iter().map(|back| id - 1 - back).collect()
        };
        let panics = self.rng.chance(4);
        let runs = needed.iter().all(|&at| !self.all[at].fails);
        let expected = |at: &usize| self.logs[*at].len();
        let body = Body {
            id: id as u64,
            panics,
            linger: if self.rng.chance(10) { self.rng.number() % 4_000 } else { self.rng.number() % 40 },
            before_write: write.iter().map(expected).collect(),
            before_look: look.iter().map(expected).collect(),
            ran: Arc::clone(&self.ran),
            watch: self.watch.clone(),
        };
        let promise = self.schedule(&write, &look, &needed, body);
        if self.rng.chance(15) {
            // Let the queues run dry: who arrives next finds them empty, with the last readers still inside.
            (0..self.rng.number() % 4_000).for_each(|_| std::hint::spin_loop());
        }
        if runs {
            write.iter().for_each(|&at| self.logs[at].push(id as u64));
        }
        self.all.push(Scheduled { promise, runs, fails: panics || !runs });
    }

    /// The same behavior in the shape its set has: a single cown, a pair, groups.
    fn schedule(&mut self, write: &[usize], look: &[usize], needed: &[usize], body: Body) -> Promise<u64> {
        let token = self.drops.token();
        let writers: Vec<&Cown<Probe>> = write.iter().map(|&at| &self.cowns[at]).collect();
        let readers: Vec<&Cown<Probe>> = look.iter().map(|&at| &self.cowns[at]).collect();
        let promises: Vec<&Promise<u64>> = needed.iter().map(|&at| &self.all[at].promise).collect();
        match (&writers[..], &readers[..], &promises[..]) {
            ([], [], []) => when!(let token = token => { let _ = &token; body.run(&mut [], &[]) }),
            ([one], [], []) => {
                when!(one, let token = token => { let _ = &token; body.run(&mut [&mut *one], &[]) })
            }
            ([], [one], []) => {
                when!(read one, let token = token => { let _ = &token; body.run(&mut [], &[&*one]) })
            }
            ([one], [other], []) => when!(one, read other, let token = token => {
                let _ = &token;
                body.run(&mut [&mut *one], &[&*other])
            }),
            ([one, other], [], [promise]) => when!(one, other, read promise, let token = token => {
                let _ = (&token, &promise);
                body.run(&mut [&mut *one, &mut *other], &[])
            }),
            _ => when!(read promises, writers, read readers, let token = token => {
                let _ = (&token, &promises);
                let mut writers: Vec<&mut Probe> = writers.iter_mut().collect();
                let readers: Vec<&Probe> = readers.iter().collect();
                body.run(&mut writers, &readers)
            }),
        }
    }

    fn judge(self) {
        let Self { cowns, logs, all, ran, drops, watch, .. } = self;
        quiesce();
        watch.assert_clean();
        assert_eq!(drops.count(), all.len(), "what the behaviors captured");
        for (id, scheduled) in all.into_iter().enumerate() {
            assert_eq!(ran[id].load(Ordering::SeqCst), u32::from(scheduled.runs), "behavior {id}");
            assert_eq!(scheduled.promise.join().is_err(), scheduled.fails, "promise {id}");
        }
        for (at, (cown, log)) in cowns.into_iter().zip(logs).enumerate() {
            assert_eq!(when!(cown => cown.log.clone()).join().unwrap(), log, "cown {at}");
        }
    }
}

/// What a body checks and does, whatever the shape of its set.
struct Body {
    id: u64,
    panics: bool,
    linger: u64,
    before_write: Vec<usize>,
    before_look: Vec<usize>,
    ran: Arc<Vec<AtomicU32>>,
    watch: Watch,
}

impl Body {
    fn run(self, writers: &mut [&mut Probe], readers: &[&Probe]) -> u64 {
        self.ran[self.id as usize].fetch_add(1, Ordering::SeqCst);
        let mut held = Vec::new();
        for (probe, expected) in writers.iter_mut().zip(&self.before_write) {
            held.push(probe.exclusive());
            self.expect(probe.log.len(), *expected);
            probe.log.push(self.id);
        }
        for (probe, expected) in readers.iter().zip(&self.before_look) {
            held.push(probe.shared());
            self.expect(probe.log.len(), *expected);
        }
        held.iter().for_each(|held| held.linger(self.linger));
        assert!(!self.panics, "on purpose");
        self.id
    }

    fn expect(&self, found: usize, expected: usize) {
        self.watch.check(found == expected, || {
            format!("behavior {} is number {found} of its cown, not {expected}", self.id)
        });
    }
}

fn random_program(rng: &mut Rng, workers: usize, steps: usize) {
    let mut rng = rng.clone();
    on_workers(workers, move || {
        let watch = Watch::new();
        let count = 2 + rng.below(5);
        let mut program = Program {
            cowns: Probe::several(count, &watch).into_iter().map(Cown::new).collect(),
            logs: vec![Vec::new(); count],
            all: Vec::new(),
            ran: Arc::new((0..steps).map(|_| AtomicU32::new(0)).collect()),
            drops: Drops::new(),
            watch,
            rng: &mut rng,
        };
        (0..steps).for_each(|id| program.step(id));
        program.judge();
    });
}

#[test]
fn one_worker() {
    stress(40, |rng| random_program(rng, 1, 300));
}

#[test]
fn two_workers() {
    stress(40, |rng| random_program(rng, 2, 300));
}

#[test]
fn eight_workers() {
    stress(40, |rng| random_program(rng, 8, 300));
}

/// One thread adds to all cowns, by one behavior or by a batch; another looks at the first, and with the promise of that at the last.
/// A scheduler that goes on before its slot is published lets the second look enter before what the first one stands behind: it sees half,
/// or they wait for one another.
#[test]
fn what_requests_a_promise_stands_behind_all_that_its_behavior_stands_behind() {
    stress(3, |rng| {
        let middle = [0, 1, 100][rng.below(3)];
        on_workers(1 + rng.below(3), move || {
            let mut cowns: Vec<Cown<u64>> = (0..middle + 2).map(|_| Cown::new(0)).collect();
            cowns.sort(); // in this order a behavior enters their queues
            let (first, last) = (cowns[0].clone(), cowns[middle + 1].clone());
            let (done, torn) = (AtomicBool::new(false), Arc::new(AtomicU32::new(0)));
            boc_tests::scope(|scope| {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) {
                        when!(cowns => cowns.iter_mut().for_each(|cown| *cown += 1));
                        boc::batch(|b| {
                            cowns.iter().rev().for_each(|cown| drop(when!(in b; cown => *cown += 1)))
                        });
                    }
                });
                for _ in 0..20_000 {
                    let (promise, torn) = (when!(read first => *first), Arc::clone(&torn));
                    when!(read promise, read last => {
                        if *last < *promise {
                            torn.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
                done.store(true, Ordering::Relaxed);
            });
            quiesce();
            assert_eq!(torn.load(Ordering::Relaxed), 0, "looks that have seen half");
        });
    });
}
