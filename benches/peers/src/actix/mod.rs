//! Actix: an actor for each cown, a message for each behavior. Its actors live on arbiters, single threads, so there is an
//! arbiter for each worker and the actors are dealt out to them in turn. `do_send` does not wait for room in a mailbox, as
//! `when` does not. Only where the work is pure computation (`computing`) do the threads share a mailbox instead.

mod barber;
mod computing;
mod counting;
mod dictionary;
mod fib;
mod logistic_map;
mod meetings;
mod money;
mod philosophers;
mod sieve;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::time::Instant;

use actix::{Actor, Addr, Arbiter, Context, Handler, Message, System};
use boc_savina::{Contender, Program, Run};

/// The program of this name on Actix.
pub(crate) fn contender(program: &str) -> Option<Contender> {
    fn on<P: Program>(run: fn(P, usize) -> Run<P::Outcome>) -> Contender {
        Contender::new("actix", P::FULL, run)
    }
    Some(match program {
        "banking" => on(money::banking),
        "barber" => on(barber::run),
        "dictionary" => on(dictionary::run),
        "philosophers" => on(philosophers::run),
        "logistic-map" => on(logistic_map::run),
        "chameneos" => on(meetings::chameneos),
        "count" => on(counting::count),
        "fib" => on(fib::run),
        "fork-join-create" => on(counting::fork_join_create),
        "fork-join-throughput" => on(counting::fork_join_throughput),
        "quicksort" => on(computing::quicksort),
        "trapezoid" => on(computing::trapezoid),
        "sieve" => on(sieve::run),
        _ => return None,
    })
}

/// The arbiters.
struct Pool {
    arbiters: Vec<Arbiter>,
    next: Cell<usize>,
    /// An address of every actor, until all is over: an actor that finds its mailbox empty and nobody with its address stops, even if
    /// the last one who had it has sent something in between.
    known: RefCell<Vec<Box<dyn Any>>>,
}

impl Pool {
    /// Starts an actor on the arbiter whose turn it is.
    fn start<A: Actor<Context = Context<A>> + Send>(&self, actor: A) -> Addr<A> {
        self.create(|| actor)
    }

    /// As `start`; the actor is made on its arbiter, where others can be started beside it.
    fn create<A: Actor<Context = Context<A>>>(&self, actor: impl FnOnce() -> A + Send + 'static) -> Addr<A> {
        let turn = self.next.get();
        self.next.set((turn + 1) % self.arbiters.len());
        let address = A::start_in_arbiter(&self.arbiters[turn].handle(), |_| actor());
        self.known.borrow_mut().push(Box::new(address.clone()));
        address
    }
}

/// Everybody's answer to the same question. All are asked before the first answer is awaited: so whoever awaits is not woken for
/// each.
async fn ask_all<A, M>(actors: &[Addr<A>], question: impl Fn() -> M) -> Vec<M::Result>
where
    A: Actor<Context = Context<A>> + Handler<M>,
    M: Message<Result: Send> + Send + 'static,
{
    let asked: Vec<_> = actors.iter().map(|actor| actor.send(question())).collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.expect("every actor answers"));
    }
    answers
}

/// Times `main` on a system of its own; its arbiters are stopped and joined.
fn timed<T>(workers: usize, main: impl AsyncFnOnce(&Pool) -> T) -> Run<T> {
    let started = Instant::now();
    let outcome = System::new().block_on(async {
        let arbiters = (0..workers).map(|_| Arbiter::new()).collect();
        let pool = Pool { arbiters, next: Cell::new(0), known: RefCell::default() };
        let outcome = main(&pool).await;
        for arbiter in pool.arbiters {
            arbiter.stop();
            arbiter.join().expect("no actor panics");
        }
        outcome
    });
    Run { time: started.elapsed(), outcome }
}
