//! Owns: one run: a fresh runtime, warm-up, measurement, check.

use std::io;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_chain_ring::measured::{Beginning, Measured};

use crate::config::Config;
use crate::rings::Rings;
use crate::spinner::{Spinner, sleep_until};

/// # Errors
/// If the workers cannot be started.
pub(crate) fn run(main: &MainThread, config: &Config) -> io::Result<Measured> {
    let runtime = Runtime::builder().workers(config.workers).build()?;
    let measured = runtime.enter(|| {
        let spinner = config.pinned_spinner.map(|rate| Spinner::new(main, rate));
        let rings = Rings::new(config);
        rings.start();
        spend(config.warmup, spinner.as_ref());
        let beginning = Beginning::of(&runtime);
        let dispatches = spend(config.duration, spinner.as_ref());
        let measured = beginning.end(&runtime, dispatches);
        check(&runtime, rings);
        measured
    });
    runtime.shutdown();
    Ok(measured)
}

/// Lets that many seconds pass; gives the number of pinned dispatches in them.
pub(crate) fn spend(seconds: f64, spinner: Option<&Spinner<'_>>) -> u64 {
    let duration = Duration::from_secs_f64(seconds);
    if let Some(spinner) = spinner {
        return spinner.spin(duration);
    }
    sleep_until(Instant::now() + duration);
    0
}

/// What the chains have counted is what the workers have run.
pub(crate) fn check(runtime: &Runtime, rings: Rings) {
    let ran = |runtime: &Runtime| runtime.worker_stats().iter().map(|worker| worker.finished).sum::<u64>();
    let rings_before = rings.rings();
    let steps = rings.stop();
    runtime.quiesce();
    // The check's own behaviors: one for all chains, one for each ring.
    assert_eq!(
        ran(runtime),
        steps + 1 + rings_before,
        "behaviors that ran, and steps that the chains have counted"
    );
}

/// Small, on both kinds of load; a run checks itself.
#[test]
fn every_kind_of_run_counts_what_it_ran() {
    use clap::Parser;

    let main = MainThread::claim().expect("a thread of this test's own");
    for load in
        ["--null-payload", "--payload=4", "--pinned-spinner=1000", "--group-size=8", "--chains-per-ring=64"]
    {
        let options = ["chain_ring", "--workers=2", "--duration=0.02", "--warmup=0.01", load];
        let config =
            Config::new(&crate::cli::Options::parse_from(options)).expect("a possible configuration");
        let measured = run(&main, &config).expect("worker threads");
        assert_eq!(measured.workers.len(), 2);
        // How much falls into so short a time is up to the machine: none, if it does something else.
        assert!(measured.pinned == 0 || config.pinned_spinner.is_some(), "{load}: {measured:?}");
    }
}
