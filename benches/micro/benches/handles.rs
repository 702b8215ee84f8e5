//! Handles: made, cloned and dropped.

use std::hint::black_box;

use boc::prelude::*;
use boc_micro::runtime;
use criterion::{Criterion, criterion_group, criterion_main};

fn handles(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let main = MainThread::claim().expect("the first claim");
    let (cown, pinned) = (Cown::new(0_u64), PinnedCown::new(&main, 0_u64));
    let promise = runtime.when(&cown, |cown| *cown);
    runtime.quiesce();
    let mut group = criterion.benchmark_group("handle");
    group.bench_function("cown_clone_drop", |bencher| bencher.iter(|| drop(black_box(cown.clone()))));
    group.bench_function("pinned_clone_drop", |bencher| bencher.iter(|| drop(black_box(pinned.clone()))));
    group.bench_function("promise_clone_drop", |bencher| bencher.iter(|| drop(black_box(promise.clone()))));
    group.bench_function("weak_upgrade_drop", |bencher| {
        let weak = cown.downgrade();
        bencher.iter(|| drop(black_box(weak.upgrade())));
    });
    group.bench_function("cown_new_drop", |bencher| bencher.iter(|| drop(black_box(Cown::new(0_u64)))));
    group.bench_function("pinned_new_drop", |bencher| {
        bencher.iter(|| drop(black_box(PinnedCown::new(&main, 0_u64))));
    });
    group.bench_function("resolver_resolve_join", |bencher| {
        bencher.iter(|| {
            let (resolver, promise) = Promise::new();
            resolver.resolve(1_u64);
            promise.join().expect("it was resolved")
        });
    });
    group.finish();
}

criterion_group!(benches, handles);
criterion_main!(benches);
