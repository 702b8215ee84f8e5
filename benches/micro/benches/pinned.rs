//! Behaviors of pinned cowns: scheduled by their own thread and pumped there, and sent by a worker.

use std::time::Instant;

use boc::prelude::*;
use boc_micro::{ROUND, runtime, scaled};
use criterion::{Criterion, criterion_group, criterion_main};

fn pinned(criterion: &mut Criterion) {
    let runtime = runtime(1);
    let main = MainThread::claim().expect("the first claim");
    let cowns: Vec<_> = (0..ROUND).map(|_| PinnedCown::new(&main, 0_u64)).collect();
    let mut group = criterion.benchmark_group("pinned");
    group.bench_function("dispatch_and_pump", |bencher| {
        bencher.iter_custom(|behaviors| {
            scaled(behaviors, |count| {
                let start = Instant::now();
                runtime.enter(|| {
                    for _ in 0..count {
                        cowns.iter().for_each(|cown| drop(when!(pinned cown => *cown += 1)));
                        main.pump();
                    }
                });
                start.elapsed()
            })
        });
    });
    // The worker runs one behavior for each round; this thread pumps until it has seen all of them.
    group.bench_function("from_a_worker", |bencher| {
        bencher.iter_custom(|behaviors| {
            scaled(behaviors, |count| {
                let start = Instant::now();
                for _ in 0..count {
                    let handles = cowns.clone();
                    runtime.when((), move |()| {
                        handles.iter().for_each(|cown| drop(when!(pinned cown => *cown += 1)));
                    });
                    let mut seen = 0;
                    while seen < ROUND {
                        seen += main.pump().executed;
                    }
                }
                start.elapsed()
            })
        });
    });
    group.bench_function("pump_of_nothing", |bencher| bencher.iter(|| main.pump()));
    group.bench_function("with", |bencher| {
        bencher.iter(|| main.with(&cowns[0], |value| *value += 1).expect("nobody holds it"));
    });
    group.finish();
}

criterion_group!(benches, pinned);
criterion_main!(benches);
