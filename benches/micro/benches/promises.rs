//! What a result costs: dropped at once, kept until the behavior is done, joined, and requested by another behavior.

use std::time::Instant;

use boc::prelude::*;
use boc_micro::{ROUND, cowns, rounds, runtime, scaled};
use criterion::{Criterion, criterion_group, criterion_main};

fn promises(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let mut group = criterion.benchmark_group("promise");
    group.bench_function("dropped", |bencher| {
        bencher.iter_custom(|behaviors| {
            let cowns = cowns(ROUND);
            let round = move || cowns.iter().for_each(|cown| drop(when!(cown => *cown)));
            scaled(behaviors, |count| rounds(&runtime, count, round))
        });
    });
    group.bench_function("requested", |bencher| {
        bencher.iter_custom(|behaviors| {
            let round = || {
                let first = when!(=> 0_u64);
                (1..ROUND).fold(first, |last, _| when!(last => *last + 1));
            };
            scaled(behaviors, |count| rounds(&runtime, count, round))
        });
    });
    // From outside, all of them before the first is joined; the wake-ups of both threads are part of it.
    group.bench_function("joined", |bencher| {
        let cowns = cowns(ROUND);
        bencher.iter_custom(|behaviors| {
            scaled(behaviors, |count| {
                let start = Instant::now();
                for _ in 0..count {
                    let round: Vec<_> = runtime
                        .enter(|| cowns.iter().map(|cown| when!(cown => { *cown += 1; *cown })).collect());
                    for promise in round {
                        promise.join().expect("no body panics");
                    }
                }
                start.elapsed()
            })
        });
    });
    // There and back, one at a time: what a wake-up on each side costs.
    group.bench_function("joined_at_once", |bencher| {
        let cown = Cown::new(0_u64);
        bencher.iter(|| {
            runtime
                .when(&cown, |mut cown| {
                    *cown += 1;
                    *cown
                })
                .join()
                .expect("no body panics")
        });
    });
    group.finish();
}

criterion_group!(benches, promises);
criterion_main!(benches);
