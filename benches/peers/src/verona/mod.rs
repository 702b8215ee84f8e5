//! Verona's runtime, through the crate `boc` 0.0.1: the programs as its own suite has them (verona-benchmarks,
//! `savina/boc`), in the crate's `when`. It has no shared requests: what reads takes turns here.

mod banking;
mod barber;
mod chameneos;
mod dictionary;
mod logistic_map;
mod micro;
mod philosophers;
mod quicksort;
mod sieve;
mod trapezoid;

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use boc_savina::{Contender, Program, Run};
use verona_boc::{Cown, when, with_n_threads};

/// What verona is called in the results.
const NAME: &str = "verona";

const EXCLUSIVE: &str = "exclusive only: it has no shared requests, so its reads take turns";

/// The program of this name on Verona.
pub(crate) fn contender(program: &str) -> Option<Contender> {
    fn on<P: Program>(run: fn(P, usize) -> Run<P::Outcome>) -> Contender {
        Contender::new(NAME, P::FULL, run)
    }
    Some(match program {
        "banking" => on(banking::run),
        "barber" => on(barber::run),
        "dictionary" => on(dictionary::run).with_note(EXCLUSIVE),
        "philosophers" => on(philosophers::run),
        "logistic-map" => on(logistic_map::run),
        "chameneos" => on(chameneos::run),
        "count" => on(micro::count),
        "fib" => on(micro::fib),
        "fork-join-create" => on(micro::fork_join_create),
        "fork-join-throughput" => on(micro::fork_join_throughput),
        "quicksort" => on(quicksort::run),
        "trapezoid" => on(trapezoid::run),
        "sieve" => on(sieve::run),
        _ => return None,
    })
}

/// Where a behavior leaves what a program came to.
#[derive(Clone, Default)]
struct Outbox<T>(Arc<Mutex<T>>);

impl<T> Outbox<T> {
    /// Never panics itself: a panic in a behavior must not reach Verona.
    fn update(&self, update: impl FnOnce(&mut T)) {
        update(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Times `schedule` on Verona. Its scheduler is global: `with_n_threads` sets it up, calls the closure, then starts the
/// threads, and joins them when nothing is left to do. What the cowns hold is read in a second such session, untimed.
fn timed<H: Send, T: Default + Send>(
    workers: usize,
    schedule: impl FnOnce() -> H + Send,
    read: impl FnOnce(H, Outbox<T>) + Send,
) -> Run<T> {
    let started = Instant::now();
    let handles = with_n_threads(workers, schedule);
    let time = started.elapsed();
    let outbox = Outbox(Arc::default());
    with_n_threads(1, || read(handles, Outbox(Arc::clone(&outbox.0))));
    let mut outcome = T::default();
    outbox.update(|found| mem::swap(found, &mut outcome));
    Run { time, outcome }
}

/// As [`timed`], for a program that comes to the value of one cown.
fn timed_value<T: Default + Send + 'static>(
    workers: usize,
    schedule: impl FnOnce() -> Cown<T> + Send,
) -> Run<T> {
    timed(workers, schedule, |cown, outbox| {
        when(&cown, move |mut value| outbox.update(|found| mem::swap(found, &mut *value)));
    })
}
