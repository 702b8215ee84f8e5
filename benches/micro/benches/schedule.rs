//! Scheduling a behavior and running it, for sets of 0 to 16 cowns.
//!
//! Uncontended: each behavior of a round has cowns that nobody else wants. Contended: all of them want the same ones.

use std::hint::black_box;
use std::time::Duration;

use boc::prelude::*;
use boc_micro::{ROUND, cowns, rounds, rounds_holding, runtime, scaled};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// The cowns of one behavior.
type Set = Vec<Cown<u64>>;

fn exclusive(set: &[Cown<u64>]) {
    match set {
        [] => drop(when!(=> {})),
        [a] => drop(when!(a => *a += 1)),
        [a, b] => drop(when!(a, b => { *a += 1; *b += 1; })),
        [a, b, c, d] => drop(when!(a, b, c, d => { *a += 1; *b += 1; *c += 1; *d += 1; })),
        group => drop(when!(group => group.iter_mut().for_each(|member| *member += 1))),
    }
}

fn shared(set: &[Cown<u64>]) {
    match set {
        [] => drop(when!(=> {})),
        [a] => drop(when!(read a => { black_box(*a); })),
        [a, b] => drop(when!(read a, read b => { black_box(*a + *b); })),
        [a, b, c, d] => drop(when!(read a, read b, read c, read d => { black_box(*a + *b + *c + *d); })),
        group => drop(when!(read group => { black_box(group.iter().sum::<u64>()); })),
    }
}

fn uncontended(runtime: &Runtime, size: usize, one: fn(&[Cown<u64>]), behaviors: u64) -> Duration {
    let sets: Vec<Set> = (0..ROUND).map(|_| cowns(size)).collect();
    scaled(behaviors, |count| rounds(runtime, count, move || sets.iter().for_each(|set| one(set))))
}

fn contended(runtime: &Runtime, size: usize, one: fn(&[Cown<u64>]), behaviors: u64) -> Duration {
    let set = cowns(size);
    let first = set[0].clone();
    scaled(behaviors, |count| {
        rounds_holding(runtime, count, &first, move || (0..ROUND).for_each(|_| one(&set)))
    })
}

fn schedule(criterion: &mut Criterion) {
    let runtime = runtime(1);
    for (mode, one) in [("exclusive", exclusive as fn(&[Cown<u64>])), ("shared", shared)] {
        let mut group = criterion.benchmark_group(format!("schedule_and_run/{mode}"));
        for size in [0, 1, 2, 4, 16] {
            group.bench_function(BenchmarkId::new("uncontended", size), |bencher| {
                bencher.iter_custom(|behaviors| uncontended(&runtime, size, one, behaviors));
            });
            if size > 0 {
                group.bench_function(BenchmarkId::new("contended", size), |bencher| {
                    bencher.iter_custom(|behaviors| contended(&runtime, size, one, behaviors));
                });
            }
        }
        group.finish();
    }
}

/// A behavior that schedules itself again on the cown that it holds.
fn nested(criterion: &mut Criterion) {
    fn step(mut left: Acquired<'_, u64>) {
        *left -= 1;
        if *left > 0 {
            when!(left => step(left));
        }
    }
    let runtime = runtime(1);
    criterion.bench_function("nested", |bencher| {
        bencher.iter_custom(|behaviors| {
            let left = Cown::new(behaviors);
            let start = std::time::Instant::now();
            runtime.enter(|| drop(when!(left => step(left))));
            runtime.quiesce();
            start.elapsed()
        });
    });
}

criterion_group!(benches, schedule, nested);
criterion_main!(benches);
