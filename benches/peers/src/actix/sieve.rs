//! Idiom: a pipeline. Mailboxes keep the order in which one actor sends to another, so the question how many primes there
//! are can follow the steps down the chain.

use actix::prelude::*;
use boc_savina::Run;
use boc_savina::sieve::{Numbers, Sieve};
use tokio::sync::oneshot;

use super::timed;

struct Block {
    numbers: Numbers,
    next: Option<Addr<Block>>,
}

impl Actor for Block {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Remove {
    number: usize,
    prime: usize,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Iterate(usize);

#[derive(Message)]
#[rtype(result = "()")]
struct Primes {
    so_far: usize,
    caller: oneshot::Sender<usize>,
}

impl Block {
    fn remove(&mut self, Remove { number, prime }: Remove) {
        let number = self.numbers.remove(number, prime);
        if let Some(next) = &self.next {
            next.do_send(Remove { number, prime });
        }
    }
}

impl Handler<Remove> for Block {
    type Result = ();

    fn handle(&mut self, step: Remove, _: &mut Context<Self>) {
        self.remove(step);
    }
}

impl Handler<Iterate> for Block {
    type Result = ();

    fn handle(&mut self, Iterate(mut number): Iterate, _: &mut Context<Self>) {
        while let Some(&mut mark) = self.numbers.mark(number) {
            if mark {
                self.remove(Remove { number: number * number, prime: number });
            }
            number += 1;
        }
        if let Some(next) = &self.next {
            next.do_send(Iterate(number));
        }
    }
}

impl Handler<Primes> for Block {
    type Result = ();

    fn handle(&mut self, Primes { so_far, caller }: Primes, _: &mut Context<Self>) {
        let so_far = so_far + self.numbers.primes();
        match &self.next {
            Some(next) => next.do_send(Primes { so_far, caller }),
            None => caller.send(so_far).expect("the caller waits"),
        }
    }
}

pub(super) fn run(program: Sieve, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let chain = |next, numbers| Some(pool.start(Block { numbers, next }));
        let first = program.blocks().rev().fold(None, chain).expect("at least one block");
        let (caller, primes) = oneshot::channel();
        first.do_send(Iterate(2));
        first.do_send(Primes { so_far: 0, caller });
        primes.await.expect("the last block answers")
    })
}
