//! Notices: read in a body, first and again, and outside; posted, with few others and with many.

use std::hint::black_box;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_micro::runtime;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// So many behaviors, on one worker, each of which runs `body`; scheduled by a body, so that no other thread takes part.
fn bodies(runtime: &Runtime, count: u64, body: impl Fn() + Clone + Send + 'static) -> Duration {
    let (started, finished) = runtime
        .when((), move |()| {
            let started = Instant::now();
            for _ in 1..count {
                let body = body.clone();
                when((), move |()| body());
            }
            (started, when((), |()| Instant::now()))
        })
        .join()
        .expect("no panic");
    finished.join().expect("no panic") - started
}

fn reads(criterion: &mut Criterion) {
    static LEVEL: Notice<u64> = Notice::new(|| 1);
    let runtime = runtime(1);
    runtime.enter(|| LEVEL.post(2));
    let mut group = criterion.benchmark_group("notice");
    group.bench_function("read_again_in_a_body", |bencher| {
        bencher.iter_custom(|count| {
            let timed = runtime.when((), move |()| {
                LEVEL.read();
                let started = Instant::now();
                (0..count).for_each(|_| drop(black_box(LEVEL.read())));
                started.elapsed()
            });
            timed.join().expect("no panic")
        });
    });
    // The first read is what a body that reads takes longer than one that does not.
    group.bench_function("body_without", |bencher| {
        bencher.iter_custom(|count| bodies(&runtime, count, || _ = black_box(1)));
    });
    group.bench_function("body_with_one_read", |bencher| {
        bencher.iter_custom(|count| bodies(&runtime, count, || drop(black_box(LEVEL.read()))));
    });
    group.bench_function("body_with_one_post", |bencher| {
        bencher.iter_custom(|count| bodies(&runtime, count, || LEVEL.post(black_box(1))));
    });
    runtime.enter(|| {
        group.bench_function("read_outside", |bencher| bencher.iter(|| drop(black_box(LEVEL.read()))));
    });
    group.finish();
}

fn posts(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let mut group = criterion.benchmark_group("notice_post_outside");
    for others in [0, 30, 1_000, 10_000] {
        let others: Vec<Notice<u64>> = (0..others).map(Notice::of).collect();
        runtime.enter(|| {
            others.iter().for_each(|other| other.post(1));
            let level = Notice::of(0);
            group.bench_with_input(BenchmarkId::from_parameter(others.len()), &level, |bencher, level| {
                bencher.iter(|| level.post(black_box(1)));
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reads, posts);
criterion_main!(benches);
