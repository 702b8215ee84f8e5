//! Fib: the naive recursion, which makes a tree of additions.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Fib {
    /// Which Fibonacci number.
    pub index: u32,
}

fn compute(n: u32) -> Cown<u64> {
    if n <= 2 {
        return Cown::new(1);
    }
    let (f1, f2) = (compute(n - 1), compute(n - 2));
    when!(f1, f2 => *f1 += *f2);
    f1
}

impl Program for Fib {
    const NAME: &'static str = "fib";
    const TITLE: &'static str = "Fib";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Fib = Fib { index: 25 };
    const SMALL: Fib = Fib { index: 12 };

    /// The number.
    type Outcome = u64;

    fn expected(self) -> u64 {
        (0..self.index).fold((0, 1), |(a, b), _| (b, a + b)).0
    }

    fn agrees(expected: &u64, found: &u64) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<u64> {
        on_boc(
            workers,
            move || compute(self.index),
            |result| result.try_into_inner().expect("the last handle"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_number_is_that_of_the_suite() {
        assert_eq!(Fib::FULL.expected(), 75_025);
    }
}
