//! Quicksort: the caller partitions, behaviors sort what is short and put the parts together.

use std::mem;

use boc::prelude::*;

use crate::random::SimpleRand;
use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Quicksort {
    /// How many values.
    pub values: usize,
    /// Fewer values than this are sorted by one behavior.
    pub threshold: usize,
    /// What the values are drawn with.
    pub seed: u64,
}

impl Quicksort {
    /// The values to sort.
    pub fn values(self) -> Vec<u64> {
        let mut random = SimpleRand::new(self.seed);
        (0..self.values).map(|_| random.next_long()).collect()
    }
}

/// Values around a pivot.
#[derive(Debug)]
pub struct Parts {
    /// Those before it.
    pub less: Vec<u64>,
    /// Those equal to it.
    pub equal: Vec<u64>,
    /// Those after it.
    pub greater: Vec<u64>,
}

/// Parts the values by the middle one.
pub fn partition(values: Vec<u64>) -> Parts {
    let pivot = values[values.len() / 2];
    let mut parts = Parts { less: Vec::new(), equal: Vec::new(), greater: Vec::new() };
    for value in values {
        let part = match value.cmp(&pivot) {
            std::cmp::Ordering::Less => &mut parts.less,
            std::cmp::Ordering::Equal => &mut parts.equal,
            std::cmp::Ordering::Greater => &mut parts.greater,
        };
        part.push(value);
    }
    parts
}

/// Sorts on this thread.
pub fn sort_sequentially(values: Vec<u64>) -> Vec<u64> {
    if values.len() < 2 {
        return values;
    }
    let Parts { less, equal, greater } = partition(values);
    let mut sorted = sort_sequentially(less);
    sorted.extend(equal);
    sorted.extend(sort_sequentially(greater));
    sorted
}

fn sort(values: Vec<u64>, threshold: usize) -> Cown<Vec<u64>> {
    if values.len() < threshold {
        let sorted = Cown::new(values);
        when!(sorted => *sorted = sort_sequentially(mem::take(&mut *sorted)));
        return sorted;
    }
    let Parts { less, equal, greater } = partition(values);
    let (left, right) = (sort(less, threshold), sort(greater, threshold));
    when!(left, right => {
        left.extend(equal);
        left.append(&mut right);
    });
    left
}

impl Program for Quicksort {
    const NAME: &'static str = "quicksort";
    const TITLE: &'static str = "Quicksort";
    const BOUND: Bound = Bound::Work;
    const FULL: Quicksort = Quicksort { values: 1_000_000, threshold: 2048, seed: 1024 };
    const SMALL: Quicksort = Quicksort { values: 1000, threshold: 20, seed: 1024 };

    /// The values, sorted.
    type Outcome = Vec<u64>;

    fn expected(self) -> Vec<u64> {
        let mut values = self.values();
        values.sort_unstable();
        values
    }

    fn agrees(expected: &Vec<u64>, found: &Vec<u64>) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<Vec<u64>> {
        let start = move || sort(self.values(), self.threshold);
        on_boc(workers, start, |sorted| sorted.try_into_inner().expect("the last handle"))
    }
}
