//! Dining Philosophers: each eats when it holds the two forks beside it, and leaves the table when it is done.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Philosophers {
    /// How many philosophers, and forks.
    pub philosophers: usize,
    /// How many rounds each of them takes part in.
    pub rounds: usize,
}

struct Fork;

struct Philosopher {
    rounds: usize,
    left: Cown<Fork>,
    right: Cown<Fork>,
    table: Cown<usize>,
}

fn eat(mut philosopher: Acquired<'_, Philosopher>) {
    philosopher.rounds -= 1;
    if philosopher.rounds > 0 {
        when!(philosopher.left, philosopher.right => {});
        when!(philosopher => eat(philosopher));
    } else {
        when!(philosopher.table => *table -= 1);
    }
}

impl Program for Philosophers {
    const NAME: &'static str = "philosophers";
    const TITLE: &'static str = "Dining Philosophers";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Philosophers = Philosophers { philosophers: 20, rounds: 10_000 };
    const SMALL: Philosophers = Philosophers { philosophers: 5, rounds: 100 };

    /// How many philosophers sit at the table.
    type Outcome = usize;

    fn expected(self) -> usize {
        0
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let dine = move || {
            let table = Cown::new(self.philosophers);
            let forks: Vec<_> = (0..self.philosophers).map(|_| Cown::new(Fork)).collect();
            for i in 0..self.philosophers {
                let philosopher = Cown::new(Philosopher {
                    rounds: self.rounds,
                    left: forks[i].clone(),
                    right: forks[(i + 1) % self.philosophers].clone(),
                    table: table.clone(),
                });
                when!(philosopher => eat(philosopher));
            }
            table
        };
        on_boc(workers, dine, |table| table.try_into_inner().expect("the last handle"))
    }
}
