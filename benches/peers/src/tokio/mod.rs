//! Tokio. Where tasks share state they lock it (`tasks`); where state has an owner, the owner is a task with a channel
//! (`channels`): the two idioms of Tokio's own tutorial.

mod channels;
mod tasks;

use std::time::Instant;

use boc_savina::{Contender, Program, Run};
use tokio::runtime::Builder;

/// The program of this name on Tokio.
pub(crate) fn contender(program: &str) -> Option<Contender> {
    fn on<P: Program>(run: fn(P, usize) -> Run<P::Outcome>) -> Contender {
        Contender::new("tokio", P::FULL, run)
    }
    Some(match program {
        "banking" => on(tasks::banking),
        "barber" => on(channels::barber),
        "dictionary" => on(tasks::dictionary),
        "philosophers" => on(tasks::philosophers),
        "logistic-map" => on(channels::logistic_map),
        "chameneos" => on(channels::chameneos),
        "count" => on(channels::count),
        "fib" => on(tasks::fib),
        "fork-join-create" => on(tasks::fork_join_create),
        "fork-join-throughput" => on(channels::fork_join_throughput),
        "quicksort" => on(tasks::quicksort),
        "trapezoid" => on(tasks::trapezoid),
        "sieve" => on(channels::sieve),
        _ => return None,
    })
}

/// Times `main` on a multi-threaded runtime. It is spawned: a task on a worker is faster than one in `block_on`.
fn timed<T: Send + 'static>(workers: usize, main: impl Future<Output = T> + Send + 'static) -> Run<T> {
    let started = Instant::now();
    let runtime =
        Builder::new_multi_thread().worker_threads(workers).build().expect("threads can be started");
    let outcome = runtime.block_on(runtime.spawn(main)).expect("no task panics");
    drop(runtime); // joins the threads
    Run { time: started.elapsed(), outcome }
}
