use actix::prelude::*;
use boc_savina::Run;
use boc_savina::count::Count;
use boc_savina::fork_join_create::{ForkJoinCreate, compute};
use boc_savina::fork_join_throughput::ForkJoinThroughput;

use super::{ask_all, timed};

struct Counter(usize);

impl Actor for Counter {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Increment;

#[derive(Message)]
#[rtype(result = "()")]
struct Compute;

#[derive(Message)]
#[rtype(result = "usize")]
struct Retrieve;

impl Handler<Increment> for Counter {
    type Result = ();

    fn handle(&mut self, _: Increment, _: &mut Context<Self>) {
        self.0 += 1;
    }
}

impl Handler<Compute> for Counter {
    type Result = ();

    fn handle(&mut self, _: Compute, _: &mut Context<Self>) {
        compute();
        self.0 += 1;
    }
}

impl Handler<Retrieve> for Counter {
    type Result = usize;

    fn handle(&mut self, _: Retrieve, _: &mut Context<Self>) -> usize {
        self.0
    }
}

pub(super) fn count(program: Count, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let counter = pool.start(Counter(0));
        for _ in 0..program.messages {
            counter.do_send(Increment);
        }
        counter.send(Retrieve).await.expect("the counter answers")
    })
}

pub(super) fn fork_join_create(program: ForkJoinCreate, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let create = |_| {
            let worker = pool.start(Counter(0));
            worker.do_send(Compute);
            worker
        };
        let created: Vec<_> = (0..program.workers).map(create).collect();
        program.workers - ask_all(&created, || Retrieve).await.iter().sum::<usize>()
    })
}

pub(super) fn fork_join_throughput(program: ForkJoinThroughput, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let counters: Vec<_> = (0..program.cowns).map(|_| pool.start(Counter(0))).collect();
        for _ in 0..program.messages {
            for counter in &counters {
                counter.do_send(Compute);
            }
        }
        ask_all(&counters, || Retrieve).await.iter().sum()
    })
}
