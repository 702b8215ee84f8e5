//! Idiom: the worker asks its computer with `send`, and `wait` keeps its mailbox closed until the answer is there. The two
//! of a series only talk to each other, so they share an arbiter.

use actix::prelude::*;
use boc_savina::Run;
use boc_savina::logistic_map::{LogisticMap, next_term};

use super::{ask_all, timed};

struct Computer {
    rate: f64,
}

impl Actor for Computer {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "f64")]
struct Compute {
    term: f64,
}

impl Handler<Compute> for Computer {
    type Result = f64;

    fn handle(&mut self, Compute { term }: Compute, _: &mut Context<Self>) -> f64 {
        next_term(self.rate, term)
    }
}

struct Worker {
    term: f64,
    computer: Addr<Computer>,
}

impl Actor for Worker {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct NextTerm;

#[derive(Message)]
#[rtype(result = "f64")]
struct LastTerm;

impl Handler<NextTerm> for Worker {
    type Result = ();

    fn handle(&mut self, _: NextTerm, context: &mut Context<Self>) {
        let answer = self.computer.send(Compute { term: self.term }).into_actor(self);
        context.wait(answer.map(|term, me, _| me.term = term.expect("the computer answers")));
    }
}

impl Handler<LastTerm> for Worker {
    type Result = f64;

    fn handle(&mut self, _: LastTerm, _: &mut Context<Self>) -> f64 {
        self.term
    }
}

pub(super) fn run(program: LogisticMap, workers: usize) -> Run<f64> {
    timed(workers, async move |pool| {
        let start = |j| {
            let (term, rate) = (program.first_term(j), program.rate(j));
            pool.create(move || Worker { term, computer: Computer { rate }.start() })
        };
        let series: Vec<_> = (0..program.series).map(start).collect();
        for _ in 0..program.terms {
            for worker in &series {
                worker.do_send(NextTerm);
            }
        }
        ask_all(&series, || LastTerm).await.iter().sum()
    })
}
