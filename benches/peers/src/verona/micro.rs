//! The programs of a few lines.

use boc_savina::Run;
use boc_savina::count::Count;
use boc_savina::fib::Fib;
use boc_savina::fork_join_create::{ForkJoinCreate, compute};
use boc_savina::fork_join_throughput::ForkJoinThroughput;
use verona_boc::{Cown, when};

use super::timed_value;

pub(super) fn count(program: Count, workers: usize) -> Run<usize> {
    timed_value(workers, move || {
        let counter = Cown::new(0);
        for _ in 0..program.messages {
            when(&counter, |mut counter| *counter += 1);
        }
        let producer = Cown::new(0);
        when((&counter, &producer), |(counter, mut producer)| *producer = *counter);
        producer
    })
}

pub(super) fn fib(program: Fib, workers: usize) -> Run<u64> {
    fn fib(n: u32) -> Cown<u64> {
        if n <= 2 {
            return Cown::new(1);
        }
        let (f1, f2) = (fib(n - 1), fib(n - 2));
        when((&f1, &f2), |(mut f1, f2)| *f1 += *f2);
        f1
    }
    timed_value(workers, move || fib(program.index))
}

pub(super) fn fork_join_create(program: ForkJoinCreate, workers: usize) -> Run<usize> {
    struct Worker;

    timed_value(workers, move || {
        let master = Cown::new(program.workers);
        let create = |_| {
            let worker = Cown::new(Worker);
            when(&worker, |_| compute());
            worker
        };
        let workers: Vec<_> = (0..program.workers).map(create).collect();
        for worker in &workers {
            when((&master, worker), |(mut master, _)| *master -= 1);
        }
        master
    })
}

pub(super) fn fork_join_throughput(program: ForkJoinThroughput, workers: usize) -> Run<usize> {
    timed_value(workers, move || {
        let master = Cown::new(0);
        let cowns: Vec<_> = (0..program.cowns).map(|_| Cown::new(0)).collect();
        for _ in 0..program.messages {
            for cown in &cowns {
                when(cown, |mut cown| {
                    compute();
                    *cown += 1;
                });
            }
        }
        for cown in &cowns {
            when((&master, cown), |(mut master, cown)| *master += *cown);
        }
        master
    })
}
