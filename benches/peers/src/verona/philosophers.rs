use boc_savina::Run;
use boc_savina::philosophers::Philosophers;
use verona_boc::{Cown, when};

use super::timed_value;

struct Fork;

struct Philosopher {
    rounds: usize,
    left: Cown<Fork>,
    right: Cown<Fork>,
    table: Cown<usize>,
}

fn eat(philosopher: &Cown<Philosopher>) {
    when(philosopher, |mut philosopher| {
        philosopher.rounds -= 1;
        if philosopher.rounds > 0 {
            when((&philosopher.left, &philosopher.right), |(_, _)| {});
            eat(&philosopher.cown());
        } else {
            when(&philosopher.table, |mut table| *table -= 1);
        }
    });
}

pub(super) fn run(program: Philosophers, workers: usize) -> Run<usize> {
    timed_value(workers, move || {
        let table = Cown::new(program.philosophers);
        let forks: Vec<_> = (0..program.philosophers).map(|_| Cown::new(Fork)).collect();
        for i in 0..program.philosophers {
            eat(&Cown::new(Philosopher {
                rounds: program.rounds,
                left: forks[i].clone(),
                right: forks[(i + 1) % program.philosophers].clone(),
                table: table.clone(),
            }));
        }
        table
    })
}
