//! Fork-Join Throughput: many messages to each of a few cowns, which a master then counts.

use boc::prelude::*;

pub use crate::fork_join_create::compute;
use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct ForkJoinThroughput {
    /// How many messages to each cown.
    pub messages: usize,
    /// How many cowns.
    pub cowns: usize,
}

impl Program for ForkJoinThroughput {
    const NAME: &'static str = "fork-join-throughput";
    const TITLE: &'static str = "Fork-Join Throughput";
    const BOUND: Bound = Bound::Overhead;
    const FULL: ForkJoinThroughput = ForkJoinThroughput { messages: 10_000, cowns: 60 };
    const SMALL: ForkJoinThroughput = ForkJoinThroughput { messages: 100, cowns: 6 };

    /// How many messages have run before the master met the cowns.
    type Outcome = usize;

    fn expected(self) -> usize {
        self.messages * self.cowns
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let master = Cown::new(0);
            let cowns: Vec<_> = (0..self.cowns).map(|_| Cown::new(0)).collect();
            for _ in 0..self.messages {
                for cown in &cowns {
                    when!(cown => {
                        compute();
                        *cown += 1;
                    });
                }
            }
            for cown in &cowns {
                when!(master, cown => *master += *cown);
            }
            master
        };
        on_boc(workers, start, |master| master.try_into_inner().expect("the last handle"))
    }
}
