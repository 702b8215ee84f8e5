//! Logistic Map Series: several series of terms, each made from the one before with the rate of its computer.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct LogisticMap {
    /// How many terms of each series.
    pub terms: usize,
    /// How many series.
    pub series: usize,
    /// The rate of the first series.
    pub rate: f64,
    /// From one series to the next: what is added to the rate, and to the first term, which is 0 in the first series.
    pub step: f64,
}

impl LogisticMap {
    /// The term with which a series starts.
    pub fn first_term(self, series: usize) -> f64 {
        series as f64 * self.step
    }

    /// The rate of a series.
    pub fn rate(self, series: usize) -> f64 {
        self.rate + series as f64 * self.step
    }
}

/// The term after this one.
pub fn next_term(rate: f64, term: f64) -> f64 {
    rate * term * (1.0 - term)
}

impl Program for LogisticMap {
    const NAME: &'static str = "logistic-map";
    const TITLE: &'static str = "Logistic Map Series";
    const BOUND: Bound = Bound::Work;
    const FULL: LogisticMap = LogisticMap { terms: 25_000, series: 10, rate: 3.64, step: 0.0025 };
    const SMALL: LogisticMap = LogisticMap { terms: 100, ..LogisticMap::FULL };

    /// The sum of the last terms.
    type Outcome = f64;

    fn expected(self) -> f64 {
        let last = |series| {
            (0..self.terms).fold(self.first_term(series), |term, _| next_term(self.rate(series), term))
        };
        (0..self.series).map(last).fold(0.0, |sum, term| sum + term)
    }

    fn agrees(expected: &f64, found: &f64) -> bool {
        expected.to_bits() == found.to_bits()
    }

    fn run(self, workers: usize) -> Run<f64> {
        let start = move || {
            let workers: Vec<_> = (0..self.series).map(|j| Cown::new(self.first_term(j))).collect();
            let computers: Vec<_> = (0..self.series).map(|j| Cown::new(self.rate(j))).collect();
            for _ in 0..self.terms {
                for (worker, computer) in workers.iter().zip(&computers) {
                    when!(worker, computer => *worker = next_term(*computer, *worker));
                }
            }
            let sum = Cown::new(0.0);
            for worker in &workers {
                when!(sum, worker => *sum += *worker);
            }
            sum
        };
        on_boc(workers, start, |sum| sum.try_into_inner().expect("the last handle"))
    }
}
