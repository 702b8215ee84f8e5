//! Rayon, where a program forks and joins: `join` for two halves, `scope` for many tasks, `par_iter` for a loop.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use boc_savina::fib::Fib;
use boc_savina::fork_join_create::{ForkJoinCreate, compute};
use boc_savina::fork_join_throughput::ForkJoinThroughput;
use boc_savina::quicksort::{Parts, Quicksort, partition, sort_sequentially};
use boc_savina::trapezoid::{Part, Trapezoid};
use boc_savina::{Contender, Program, Run};
use rayon::prelude::*;

/// The program of this name on Rayon.
pub(crate) fn contender(program: &str) -> Option<Contender> {
    fn on<P: Program>(run: fn(P, usize) -> Run<P::Outcome>) -> Contender {
        Contender::new("rayon", P::FULL, run)
    }
    Some(match program {
        "fib" => on(fib),
        "fork-join-create" => on(fork_join_create),
        "fork-join-throughput" => on(fork_join_throughput),
        "quicksort" => on(quicksort),
        "trapezoid" => on(trapezoid),
        _ => return None,
    })
}

/// Times `main` in a pool of its own. Dropping the pool ends its threads, but does not wait for them.
fn timed<T: Send>(workers: usize, main: impl FnOnce() -> T + Send) -> Run<T> {
    let started = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(workers).build().expect("threads can be started");
    let outcome = pool.install(main);
    drop(pool);
    Run { time: started.elapsed(), outcome }
}

fn fib(program: Fib, workers: usize) -> Run<u64> {
    fn fib(n: u32) -> u64 {
        if n <= 2 {
            return 1;
        }
        let (f1, f2) = rayon::join(|| fib(n - 1), || fib(n - 2));
        f1 + f2
    }
    timed(workers, || fib(program.index))
}

fn fork_join_create(program: ForkJoinCreate, workers: usize) -> Run<usize> {
    let left = AtomicUsize::new(program.workers);
    timed(workers, || {
        rayon::scope(|scope| {
            for _ in 0..program.workers {
                scope.spawn(|_| {
                    compute();
                    left.fetch_sub(1, Ordering::Relaxed);
                });
            }
        });
        left.into_inner()
    })
}

fn fork_join_throughput(program: ForkJoinThroughput, workers: usize) -> Run<usize> {
    let counts: Vec<_> = (0..program.cowns).map(|_| AtomicUsize::new(0)).collect();
    timed(workers, || {
        rayon::scope(|scope| {
            for _ in 0..program.messages {
                for count in &counts {
                    scope.spawn(|_| {
                        compute();
                        count.fetch_add(1, Ordering::Relaxed);
                    });
                }
            }
        });
        counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    })
}

fn quicksort(program: Quicksort, workers: usize) -> Run<Vec<u64>> {
    fn sort(values: Vec<u64>, threshold: usize) -> Vec<u64> {
        if values.len() < threshold {
            return sort_sequentially(values);
        }
        let Parts { less, equal, greater } = partition(values);
        let (mut sorted, right) = rayon::join(|| sort(less, threshold), || sort(greater, threshold));
        sorted.extend(equal);
        sorted.extend(right);
        sorted
    }
    timed(workers, || sort(program.values(), program.threshold))
}

fn trapezoid(program: Trapezoid, workers: usize) -> Run<f64> {
    timed(workers, || program.parts().into_par_iter().map(Part::area).sum())
}
