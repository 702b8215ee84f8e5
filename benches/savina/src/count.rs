//! Count: a million behaviors on one counter.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Count {
    /// How many behaviors count.
    pub messages: usize,
}

impl Program for Count {
    const NAME: &'static str = "count";
    const TITLE: &'static str = "Count";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Count = Count { messages: 1_000_000 };
    const SMALL: Count = Count { messages: 1000 };

    /// What the producer has read off the counter.
    type Outcome = usize;

    fn expected(self) -> usize {
        self.messages
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let counter = Cown::new(0);
            for _ in 0..self.messages {
                when!(counter => *counter += 1);
            }
            let producer = Cown::new(0);
            when!(counter, producer => *producer = *counter);
            producer
        };
        on_boc(workers, start, |producer| producer.try_into_inner().expect("the last handle"))
    }
}
