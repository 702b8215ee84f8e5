//! Large request sets, and several behaviors at once.

use boc::{batch, prelude::*};
use boc_micro::{ROUND, cowns, rounds, runtime, scaled};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// One behavior that requests a hundred cowns.
fn group_of_100(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let mut group = criterion.benchmark_group("group");
    group.throughput(Throughput::Elements(100));
    group.bench_function(BenchmarkId::from_parameter(100), |bencher| {
        bencher.iter_custom(|behaviors| {
            let members = cowns(100);
            rounds(&runtime, behaviors, move || drop(when!(members => members[0] += 1)))
        });
    });
    group.finish();
}

/// A hundred behaviors of two cowns each, in batches of so many; time per behavior.
fn batches(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let mut group = criterion.benchmark_group("batch");
    for size in [1, 10, 100] {
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter_custom(|behaviors| {
                let pairs: Vec<_> = (0..ROUND).map(|_| (Cown::new(0_u64), Cown::new(0_u64))).collect();
                let round = move || {
                    for pairs in pairs.chunks(size) {
                        batch(|b| {
                            pairs.iter().for_each(|(one, two)| drop(when!(in b; one, two => *one += *two)))
                        });
                    }
                };
                scaled(behaviors, |count| rounds(&runtime, count, round))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, group_of_100, batches);
criterion_main!(benches);
