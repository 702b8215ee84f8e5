//! Idiom: who takes part is an actor, and an actor starts those that it talks to most with `start`, on its own arbiter: the
//! room its barber, the factory its customers. The chairs of the room are the mailbox of the barber.

use std::convert::Infallible;

use actix::prelude::*;
use boc_savina::Run;
use boc_savina::barber::Barber as Program;
use boc_savina::random::XorOshiro128Plus;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::timed;

struct Factory {
    haircuts_left: usize,
    production: u64,
    room: Addr<Room>,
    random: XorOshiro128Plus,
    /// Until all customers are made.
    open: Option<UnboundedSender<Infallible>>,
}

impl Actor for Factory {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        let open = self.open.take().expect("an actor starts once");
        for _ in 0..self.haircuts_left {
            let customer = Customer::new(context.address(), open.clone()).start();
            self.room.do_send(Enter(customer));
            self.random.busy_wait(self.production);
        }
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Returned(Addr<Customer>);

/// To the customer from the barber, and on to the factory.
#[derive(Message)]
#[rtype(result = "()")]
struct Done;

#[derive(Message)]
#[rtype(result = "usize")]
struct HaircutsLeft;

impl Handler<Returned> for Factory {
    type Result = ();

    fn handle(&mut self, Returned(customer): Returned, _: &mut Context<Self>) {
        self.room.do_send(Enter(customer));
    }
}

impl Handler<Done> for Factory {
    type Result = ();

    fn handle(&mut self, _: Done, _: &mut Context<Self>) {
        self.haircuts_left -= 1;
    }
}

impl Handler<HaircutsLeft> for Factory {
    type Result = usize;

    fn handle(&mut self, _: HaircutsLeft, _: &mut Context<Self>) -> usize {
        self.haircuts_left
    }
}

struct Customer {
    factory: Addr<Factory>,
    /// Dropped with the last customer, when the shop may close.
    _open: UnboundedSender<Infallible>,
    /// Its own, or it might stop between two who pass its address on: see `Pool::known`.
    _address: Option<Addr<Customer>>,
}

impl Customer {
    fn new(factory: Addr<Factory>, open: UnboundedSender<Infallible>) -> Customer {
        Customer { factory, _open: open, _address: None }
    }
}

impl Actor for Customer {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        self._address = Some(context.address());
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Full;

impl Handler<Full> for Customer {
    type Result = ();

    fn handle(&mut self, _: Full, context: &mut Context<Self>) {
        self.factory.do_send(Returned(context.address()));
    }
}

impl Handler<Done> for Customer {
    type Result = ();

    fn handle(&mut self, done: Done, context: &mut Context<Self>) {
        self.factory.do_send(done);
        context.stop();
    }
}

struct Room {
    size: usize,
    count: usize,
    barber: Addr<Barber>,
}

impl Actor for Room {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Enter(Addr<Customer>);

#[derive(Message)]
#[rtype(result = "()")]
struct Left;

impl Handler<Enter> for Room {
    type Result = ();

    fn handle(&mut self, Enter(customer): Enter, context: &mut Context<Self>) {
        if self.count == self.size {
            customer.do_send(Full);
        } else {
            self.count += 1;
            self.barber.do_send(Cut { customer, room: context.address() });
        }
    }
}

impl Handler<Left> for Room {
    type Result = ();

    fn handle(&mut self, _: Left, _: &mut Context<Self>) {
        self.count -= 1;
    }
}

struct Barber {
    cut: u64,
    random: XorOshiro128Plus,
}

impl Actor for Barber {
    type Context = Context<Self>;
}

#[derive(Message)]
#[rtype(result = "()")]
struct Cut {
    customer: Addr<Customer>,
    room: Addr<Room>,
}

impl Handler<Cut> for Barber {
    type Result = ();

    fn handle(&mut self, Cut { customer, room }: Cut, _: &mut Context<Self>) {
        room.do_send(Left);
        self.random.busy_wait(self.cut);
        // Nobody can hold the customer meanwhile. Being told is a message more, in place of the last, empty behavior.
        customer.do_send(Done);
    }
}

pub(super) fn run(program: Program, workers: usize) -> Run<usize> {
    timed(workers, async move |pool| {
        let room = pool.create(move || {
            let barber = Barber { cut: program.cut, random: Program::random() }.start();
            Room { size: program.room, count: 0, barber }
        });
        let (open, mut closed) = unbounded_channel();
        let factory = pool.start(Factory {
            haircuts_left: program.haircuts,
            production: program.production,
            room,
            random: Program::random(),
            open: Some(open),
        });
        closed.recv().await;
        factory.send(HaircutsLeft).await.expect("the factory answers")
    })
}
