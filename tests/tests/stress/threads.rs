//! Stress: several threads schedule random sets at once, and bodies schedule further behaviors. Isolation, each body
//! exactly once, each thread's order on every cown, every capture dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use boc::prelude::*;
use boc_tests::{Drops, Probe, Rng, Watch, on_workers, stress};

const THREADS: u64 = 3;

/// What is on its way from a thread of the test, or from one of its behaviors.
#[derive(Clone)]
struct Shared {
    cowns: Arc<Vec<Cown<Probe>>>,
    scheduled: Arc<AtomicU32>,
    ran: Arc<AtomicU32>,
    drops: Drops,
    watch: Watch,
}

impl Shared {
    /// Schedules one behavior with a random set; it leaves `mark` in what it writes, and may schedule others.
    fn schedule(&self, rng: &mut Rng, mark: u64, depth: u32) {
        let chosen = rng.choose(self.cowns.len(), 1, 4);
        let (write, look): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(|_| rng.chance(60));
        let writers: Vec<&Cown<Probe>> = write.iter().map(|&at| &self.cowns[at]).collect();
        let readers: Vec<&Cown<Probe>> = look.iter().map(|&at| &self.cowns[at]).collect();
        self.scheduled.fetch_add(1, Ordering::SeqCst);
        let (shared, token, mut rng) = (self.clone(), self.drops.token(), Rng::seeded(rng.number()));
        when!(writers, read readers => {
            let _ = &token;
            shared.ran.fetch_add(1, Ordering::SeqCst);
            let mut held: Vec<_> = writers.iter_mut().map(Probe::exclusive).collect();
            held.extend(readers.iter().map(Probe::shared));
            writers.iter_mut().for_each(|probe| probe.log.push(mark));
            held.iter().for_each(|held| held.linger(rng.number() % 30));
            if depth > 0 && rng.chance(40) {
                shared.schedule(&mut rng, NESTED, depth - 1);
            }
            if depth > 0 && !writers.is_empty() && rng.chance(40) {
                shared.again(writers.guard(rng.below(writers.len())));
            }
        });
    }

    /// Schedules on a cown that the calling body holds.
    fn again(&self, guard: &Acquired<'_, Probe>) {
        self.scheduled.fetch_add(1, Ordering::SeqCst);
        let (shared, token) = (self.clone(), self.drops.token());
        when!(guard => {
            let _ = &token;
            guard.exclusive().linger(10);
            guard.log.push(NESTED);
            shared.ran.fetch_add(1, Ordering::SeqCst);
        });
    }
}

/// The mark of behaviors whose order nobody promises.
const NESTED: u64 = u64::MAX;

fn random_threads(rng: &mut Rng, workers: usize, steps: u64) {
    let mut rng = rng.clone();
    on_workers(workers, move || {
        let watch = Watch::new();
        let count = 2 + rng.below(5);
        let shared = Shared {
            cowns: Arc::new(Probe::several(count, &watch).into_iter().map(Cown::new).collect()),
            scheduled: Arc::default(),
            ran: Arc::default(),
            drops: Drops::new(),
            watch,
        };
        let runtime = Runtime::builder().workers(workers).build().expect("a runtime");
        boc_tests::scope(|scope| {
            for thread in 0..THREADS {
                let (shared, runtime, mut rng) = (&shared, &runtime, Rng::seeded(rng.number()));
                scope.spawn(move || {
                    runtime.enter(|| {
                        for step in 0..steps {
                            shared.schedule(&mut rng, thread << 32 | step, 2);
                        }
                    });
                });
            }
        });
        runtime.quiesce();
        let scheduled = shared.scheduled.load(Ordering::SeqCst);
        assert_eq!(shared.ran.load(Ordering::SeqCst), scheduled, "each body once");
        assert_eq!(shared.drops.count() as u32, scheduled, "each capture dropped");
        shared.watch.assert_clean();
        for cown in shared.cowns.iter() {
            let log = when!(cown => cown.log.clone()).join().expect("the log");
            for thread in 0..THREADS {
                let of_thread = log.iter().filter(|&&mark| mark != NESTED && mark >> 32 == thread);
                assert!(of_thread.is_sorted_by(|a, b| a < b), "the order of thread {thread}");
            }
        }
        runtime.shutdown();
    });
}

#[test]
fn one_worker() {
    stress(30, |rng| random_threads(rng, 1, 100));
}

#[test]
fn two_workers() {
    stress(30, |rng| random_threads(rng, 2, 100));
}

#[test]
fn eight_workers() {
    stress(30, |rng| random_threads(rng, 8, 100));
}
