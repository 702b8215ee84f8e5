//! How the microbenchmarks make a worker busy, and look at the clock.
//!
//! What is measured is scheduled by a body, in rounds: nobody sleeps or wakes up meanwhile, and no queue grows. The first
//! body starts the clock, the last one stops it, on the worker.

use std::sync::Arc;
use std::time::{Duration, Instant};

use boc::prelude::*;

/// How many behaviors are scheduled before the first of them runs: few enough for the caches.
pub const ROUND: usize = 100;

/// A runtime with so many workers.
///
/// # Panics
///
/// If there are no threads to be had.
pub fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("worker threads")
}

/// So many cowns with a number in it.
#[must_use]
pub fn cowns(count: usize) -> Vec<Cown<u64>> {
    (0..count).map(|_| Cown::new(0)).collect()
}

/// How long `rounds` rounds take, if each is made by `round` and scheduled behind the one before.
///
/// # Panics
///
/// If `round` does.
pub fn rounds(runtime: &Runtime, rounds: u64, round: impl Fn() + Send + Sync + 'static) -> Duration {
    in_bodies(runtime, rounds, Driver { held: None, round: Arc::new(round) })
}

/// As [`rounds()`], with `round` called by a body that holds `cown`: what it schedules there waits for the body's end.
///
/// # Panics
///
/// If `round` does.
pub fn rounds_holding(
    runtime: &Runtime,
    rounds: u64,
    cown: &Cown<u64>,
    round: impl Fn() + Send + Sync + 'static,
) -> Duration {
    in_bodies(runtime, rounds, Driver { held: Some(cown.clone()), round: Arc::new(round) })
}

/// How long `behaviors` behaviors take, by a measurement of whole rounds: for `iter_custom`.
pub fn scaled(behaviors: u64, rounds: impl FnOnce(u64) -> Duration) -> Duration {
    let needed = behaviors.div_ceil(ROUND as u64);
    rounds(needed).mul_f64(behaviors as f64 / (needed * ROUND as u64) as f64)
}

#[derive(Clone)]
struct Driver {
    held: Option<Cown<u64>>,
    round: Arc<dyn Fn() + Send + Sync>,
}

fn in_bodies(runtime: &Runtime, rounds: u64, driver: Driver) -> Duration {
    let (resolver, elapsed) = Promise::new();
    runtime.enter(|| {
        when!(=> next(driver, rounds, Instant::now(), resolver));
    });
    elapsed.join().expect("no round panics")
}

fn next(driver: Driver, left: u64, start: Instant, resolver: Resolver<Duration>) {
    let held = driver.held.clone();
    when!(_held = &held => {
        if left == 0 {
            resolver.resolve(start.elapsed());
        } else {
            (driver.round)();
            next(driver, left - 1, start, resolver);
        }
    });
}
