//! Fork-Join Create: many cowns with one behavior each, which a master then counts.

use std::hint::black_box;

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct ForkJoinCreate {
    /// How many cowns.
    pub workers: usize,
}

/// What each behavior computes.
pub fn compute() {
    let sin = black_box(37.2_f64).sin();
    black_box(sin * sin);
}

struct Worker;

impl Program for ForkJoinCreate {
    const NAME: &'static str = "fork-join-create";
    const TITLE: &'static str = "Fork-Join Create";
    const BOUND: Bound = Bound::Overhead;
    const FULL: ForkJoinCreate = ForkJoinCreate { workers: 40_000 };
    const SMALL: ForkJoinCreate = ForkJoinCreate { workers: 100 };

    /// How many workers the master waits for.
    type Outcome = usize;

    fn expected(self) -> usize {
        0
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let master = Cown::new(self.workers);
            let create = |_| {
                let worker = Cown::new(Worker);
                when!(worker => compute());
                worker
            };
            let workers: Vec<_> = (0..self.workers).map(create).collect();
            for worker in &workers {
                when!(master, worker => *master -= 1);
            }
            master
        };
        on_boc(workers, start, |master| master.try_into_inner().expect("the last handle"))
    }
}
