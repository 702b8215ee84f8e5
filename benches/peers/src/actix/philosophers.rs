use actix::prelude::*;
use boc_savina::Run;
use boc_savina::philosophers::Philosophers;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::timed;

/// Has the forks, and gives a philosopher both or none: the actors' usual solution.
struct Arbitrator {
    taken: Vec<bool>,
}

impl Actor for Arbitrator {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Hungry {
    seat: usize,
    who: Addr<Philosopher>,
}

#[derive(Message)]
#[rtype(result = "()")]
struct Done {
    seat: usize,
}

impl Handler<Hungry> for Arbitrator {
    type Result = ();

    fn handle(&mut self, Hungry { seat, who }: Hungry, _: &mut Context<Self>) {
        let next = (seat + 1) % self.taken.len();
        let free = !self.taken[seat] && !self.taken[next];
        if free {
            self.taken[seat] = true;
            self.taken[next] = true;
        }
        who.do_send(Answer { eat: free });
    }
}

impl Handler<Done> for Arbitrator {
    type Result = ();

    fn handle(&mut self, Done { seat }: Done, _: &mut Context<Self>) {
        let next = (seat + 1) % self.taken.len();
        self.taken[seat] = false;
        self.taken[next] = false;
    }
}

struct Philosopher {
    seat: usize,
    rounds: usize,
    arbitrator: Addr<Arbitrator>,
    table: UnboundedSender<()>,
}

impl Philosopher {
    fn ask(&self, context: &Context<Self>) {
        self.arbitrator.do_send(Hungry { seat: self.seat, who: context.address() });
    }
}

impl Actor for Philosopher {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        self.ask(context);
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Answer {
    eat: bool,
}

impl Handler<Answer> for Philosopher {
    type Result = ();

    fn handle(&mut self, Answer { eat }: Answer, context: &mut Context<Self>) {
        if eat {
            self.arbitrator.do_send(Done { seat: self.seat });
            self.rounds -= 1;
            if self.rounds == 1 {
                self.table.send(()).expect("the table stays");
                return;
            }
        }
        self.ask(context);
    }
}

pub(super) fn run(program: Philosophers, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let arbitrator = pool.start(Arbitrator { taken: vec![false; program.philosophers] });
        let (table, mut left) = unbounded_channel();
        for seat in 0..program.philosophers {
            let (arbitrator, table) = (arbitrator.clone(), table.clone());
            pool.start(Philosopher { seat, rounds: program.rounds, arbitrator, table });
        }
        let mut sitting = program.philosophers;
        while sitting > 0 && left.recv().await.is_some() {
            sitting -= 1;
        }
        sitting
    })
}
