use std::collections::HashMap;
use std::hint::black_box;

use actix::prelude::*;
use boc_savina::Run;
use boc_savina::dictionary::Dictionary as Program;
use boc_savina::random::SimpleRand;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::timed;

struct Dictionary(HashMap<u32, u32>);

impl Actor for Dictionary {
    type Context = Context<Self>;
}

/// A write or a read; the worker is told when it is done.
#[derive(Message)]
#[rtype(result = "()")]
struct Access {
    key: u32,
    write: bool,
    worker: Addr<Worker>,
}

impl Handler<Access> for Dictionary {
    type Result = ();

    fn handle(&mut self, Access { key, write, worker }: Access, _: &mut Context<Self>) {
        if write {
            self.0.insert(key, key);
        } else {
            black_box(self.0.get(&key));
        }
        worker.do_send(Work);
    }
}

struct Worker {
    master: UnboundedSender<()>,
    dictionary: Addr<Dictionary>,
    random: SimpleRand,
    messages: usize,
    writes: u32,
}

impl Actor for Worker {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Work;

impl Handler<Work> for Worker {
    type Result = ();

    fn handle(&mut self, _: Work, context: &mut Context<Self>) {
        if self.messages == 0 {
            self.master.send(()).expect("the master waits");
            return;
        }
        self.messages -= 1;
        let key = self.random.next_int(100);
        self.dictionary.do_send(Access { key, write: key < self.writes, worker: context.address() });
    }
}

pub(super) fn run(program: Program, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let dictionary = pool.start(Dictionary(HashMap::new()));
        let (master, mut done) = unbounded_channel();
        for i in 0..program.workers {
            let worker = pool.start(Worker {
                master: master.clone(),
                dictionary: dictionary.clone(),
                random: program.random(i),
                messages: program.messages,
                writes: program.writes,
            });
            worker.do_send(Work);
        }
        let mut left = program.workers;
        while left > 0 && done.recv().await.is_some() {
            left -= 1;
        }
        left
    })
}
