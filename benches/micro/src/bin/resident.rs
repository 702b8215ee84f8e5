//! Resident memory of the process, in MB: at the peak of a load, when all has run, and a second later. Linux.
//!
//! `cargo run --release -p boc-micro --bin resident [seconds of production]`
//!
//! What stays of a burst is what the runtime keeps (`boc-runtime/src/memory/slab/README.md`), and what the system's allocator keeps.

use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_micro::runtime;

/// Threads that live for a moment.
const THREADS: usize = if cfg!(test) { 50 } else { 10_000 };
const BURSTS: &[usize] = if cfg!(test) { &[10_000] } else { &[100_000, 1_000_000, 10_000_000] };

fn main() {
    let seconds = std::env::args().nth(1).map_or(60, |text| text.parse().expect("a number of seconds"));
    println!("{:<48}{:>10}{:>10}{:>10}", "MB resident", "peak", "finished", "idle");
    for (name, [peak, finished, idle]) in figures(Duration::from_secs(seconds)) {
        println!("{name:<48}{peak:>10.1}{finished:>10.1}{idle:>10.1}");
    }
}

fn figures(production: Duration) -> Vec<(String, [f64; 3])> {
    let mut figures: Vec<_> =
        BURSTS.iter().map(|&count| (format!("{count} behaviors wait for a cown"), burst(count))).collect();
    figures.push((format!("a thread schedules for {production:?}"), produce(production)));
    figures.push((format!("{THREADS} threads schedule 20 each, one by one"), short_lived()));
    figures
}

/// The resident memory of this process, in MB.
fn resident() -> f64 {
    let sizes = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    sizes
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<f64>().ok())
        .map_or(f64::NAN, |pages| pages * 4096e-6)
}

/// `load` gives the resident memory at its peak.
fn measured(load: impl FnOnce(&Runtime) -> f64) -> [f64; 3] {
    let runtime = runtime(2);
    let peak = load(&runtime);
    runtime.quiesce();
    let finished = resident();
    std::thread::sleep(Duration::from_secs(1));
    let idle = resident();
    runtime.shutdown();
    [peak, finished, idle]
}

fn burst(count: usize) -> [f64; 3] {
    measured(|runtime| {
        let (resolver, gate) = Promise::<()>::new();
        let cown = Cown::new(0_u64);
        runtime.enter(|| {
            when!(cown, gate => *cown += 1);
            (0..count).for_each(|_| drop(when!(cown => *cown += 1)));
        });
        let peak = resident();
        resolver.resolve(());
        peak
    })
}

/// One thread schedules, and two workers run.
fn produce(lasts: Duration) -> [f64; 3] {
    measured(|runtime| {
        let (begun, cowns) = (Instant::now(), [(); 16].map(|()| Cown::new(0_u64)));
        let mut peak = resident();
        runtime.enter(|| {
            while begun.elapsed() < lasts {
                for cown in &cowns {
                    (0..1000).for_each(|_| drop(when!(cown => *cown += 1)));
                }
                peak = peak.max(resident());
                // No faster than the workers: else the peak is what has not run yet.
                while runtime.stats().scheduled - runtime.stats().finished > 100_000 {
                    std::thread::yield_now();
                }
            }
        });
        peak
    })
}

fn short_lived() -> [f64; 3] {
    measured(|runtime| {
        for _ in 0..THREADS {
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let cown = Cown::new(0_u64);
                    runtime.enter(|| (0..20).for_each(|_| drop(when!(cown => *cown += 1))));
                });
            });
        }
        resident()
    })
}

#[test]
fn every_load_is_measured() {
    let figures = figures(Duration::from_millis(50));
    assert_eq!(figures.len(), 3);
    assert!(
        !cfg!(target_os = "linux") || figures.iter().flat_map(|(_, of)| of).all(|&mb| mb > 0.5),
        "{figures:?}"
    );
}
