//! A barrier: no runner begins a round before all runners have finished the one before.
//!
//! A thread would block at such a barrier. Here the barrier is a cown with a resolver for each
//! runner that has arrived, and `arrive` returns a promise; what a runner does next requests that
//! promise. So a hundred runners can wait at the barrier, and still all workers are free.
//!
//! `cargo run --example barrier`

use std::time::Duration;

use boc::after;
use boc::prelude::*;

const RUNNERS: usize = 6;
const ROUNDS: usize = 5;

/// Those who have arrived in this round.
#[derive(Clone, Default)]
struct Barrier {
    waiting: Cown<Vec<Resolver<()>>>,
}

impl Barrier {
    /// The promise that all are there. The last one to arrive opens the barrier, and closes it for
    /// the next round.
    fn arrive(&self) -> Promise<()> {
        let (resolver, open) = Promise::new();
        when!(self.waiting => {
            waiting.push(resolver);
            if waiting.len() == RUNNERS {
                waiting.drain(..).for_each(|runner| runner.resolve(()));
            }
        });
        open
    }
}

/// One `(round, runner)` for each time that a runner has arrived.
type Finish = Cown<Vec<(usize, usize)>>;

fn run(runner: usize, round: usize, barrier: Barrier, finish: Finish) {
    if round == ROUNDS {
        return;
    }
    let distance = after(Duration::from_millis(1 + (runner * 5 + round * 3) as u64 % 7)); // some are faster
    when!(distance => {
        when!(finish => finish.push((round, runner)));
        let open = barrier.arrive();
        when!(open => run(runner, round + 1, barrier, finish));
    });
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let (barrier, finish) = (Barrier::default(), Finish::default());
    for runner in 0..RUNNERS {
        run(runner, 0, barrier.clone(), finish.clone());
    }
    quiesce();

    let finish = when!(finish => std::mem::take(&mut *finish)).join()?;
    for (round, arrivals) in finish.chunks(RUNNERS).enumerate() {
        let mut runners: Vec<usize> = arrivals.iter().map(|arrival| arrival.1).collect();
        println!("round {}: the runners arrived as {runners:?}", round + 1);
        assert!(arrivals.iter().all(|arrival| arrival.0 == round), "a runner began too early");
        runners.sort_unstable();
        assert!(runners.into_iter().eq(0..RUNNERS), "each has arrived once");
    }
    assert_eq!(finish.len(), ROUNDS * RUNNERS);
    Ok(())
}

#[test]
fn rounds_do_not_overlap() -> Result<(), Failure> {
    main()
}
