use boc_savina::Run;
use boc_savina::logistic_map::{LogisticMap, next_term};
use verona_boc::{Cown, when};

use super::timed_value;

pub(super) fn run(program: LogisticMap, workers: usize) -> Run<f64> {
    timed_value(workers, move || {
        let workers: Vec<_> = (0..program.series).map(|j| Cown::new(program.first_term(j))).collect();
        let computers: Vec<_> = (0..program.series).map(|j| Cown::new(program.rate(j))).collect();
        for _ in 0..program.terms {
            for (worker, computer) in workers.iter().zip(&computers) {
                when((worker, computer), |(mut worker, computer)| *worker = next_term(*computer, *worker));
            }
        }
        let sum = Cown::new(0.0);
        for worker in &workers {
            when((&sum, worker), |(mut sum, worker)| *sum += *worker);
        }
        sum
    })
}
