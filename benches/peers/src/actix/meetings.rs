use actix::prelude::*;
use boc_savina::Run;
use boc_savina::chameneos::{Chameneos, Color};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::timed;

struct Mall {
    meetings_left: usize,
    waiting: Option<Arrive>,
}

impl Actor for Mall {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Arrive {
    color: Color,
    who: Addr<Chameneo>,
}

impl Handler<Arrive> for Mall {
    type Result = ();

    fn handle(&mut self, arriving: Arrive, _: &mut Context<Self>) {
        if self.meetings_left == 0 {
            arriving.who.do_send(Answer(None));
        } else if let Some(waiting) = self.waiting.take() {
            self.meetings_left -= 1;
            waiting.who.do_send(Answer(Some(arriving.color)));
            arriving.who.do_send(Answer(Some(waiting.color)));
        } else {
            self.waiting = Some(arriving);
        }
    }
}

struct Chameneo {
    mall: Addr<Mall>,
    color: Color,
    meetings: usize,
    done: UnboundedSender<usize>,
}

impl Actor for Chameneo {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        self.mall.do_send(Arrive { color: self.color, who: context.address() });
    }
}

/// The color of whom one has met; none if the mall is closed.
#[derive(Message)]
#[rtype(result = "()")]
struct Answer(Option<Color>);

impl Handler<Answer> for Chameneo {
    type Result = ();

    fn handle(&mut self, Answer(other): Answer, context: &mut Context<Self>) {
        let Some(other) = other else {
            self.color = Color::Faded;
            self.done.send(self.meetings).expect("somebody sums up");
            return;
        };
        self.color = self.color.complement(other);
        self.meetings += 1;
        self.mall.do_send(Arrive { color: self.color, who: context.address() });
    }
}

pub(super) fn chameneos(program: Chameneos, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let mall = pool.start(Mall { meetings_left: program.meetings, waiting: None });
        let (done, mut counts) = unbounded_channel();
        for i in 0..program.chameneos {
            pool.start(Chameneo { mall: mall.clone(), color: Color::of(i), meetings: 0, done: done.clone() });
        }
        let mut sum = 0;
        for _ in 0..program.chameneos {
            sum += counts.recv().await.expect("every chameneo fades");
        }
        sum
    })
}
