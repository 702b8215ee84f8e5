//! Sleeping Barber: customers enter a waiting room of limited size and try again when it is full; a barber cuts the hair
//! of one after the other.

use boc::prelude::*;

use crate::random::XorOshiro128Plus;
use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Barber {
    /// How many customers come, for one haircut each.
    pub haircuts: usize,
    /// How many customers the waiting room holds.
    pub room: usize,
    /// How long it takes to make a customer: up to so many draws, and ten.
    pub production: u64,
    /// How long a haircut takes: as above.
    pub cut: u64,
}

impl Barber {
    /// What the factory draws from, and the barber: each has its own.
    pub fn random() -> XorOshiro128Plus {
        XorOshiro128Plus::new(5489, 0)
    }
}

struct Factory {
    haircuts_left: usize,
    attempts: usize,
    room: Cown<Room>,
    random: XorOshiro128Plus,
}

struct Room {
    size: usize,
    count: usize,
    chair: Cown<Chair>,
}

/// The barber.
struct Chair {
    cut: u64,
    random: XorOshiro128Plus,
}

struct Customer {
    factory: Cown<Factory>,
}

fn produce(factory: &Cown<Factory>, production: u64) {
    when!(me = factory, clone factory => {
        for _ in 0..me.haircuts_left {
            me.attempts += 1;
            enter(&me.room, Cown::new(Customer { factory: factory.clone() }));
            me.random.busy_wait(production);
        }
    });
}

fn enter(room: &Cown<Room>, customer: Cown<Customer>) {
    when!(room, let customer = customer => {
        if room.count == room.size {
            send_back(customer);
        } else {
            room.count += 1;
            when!(room.chair, customer => {
                when!(room => room.count -= 1);
                let rate = chair.cut;
                chair.random.busy_wait(rate);
                when!(customer.factory => factory.haircuts_left -= 1);
                when!(chair, room => {});
            });
        }
    });
}

/// The customer tells the factory, which sends it to the room again.
fn send_back(customer: Cown<Customer>) {
    when!(me = customer, clone customer => {
        when!(me.factory, let customer = customer => {
            factory.attempts += 1;
            enter(&factory.room, customer);
        });
    });
}

impl Program for Barber {
    const NAME: &'static str = "barber";
    const TITLE: &'static str = "Sleeping Barber";
    const BOUND: Bound = Bound::Work;
    const FULL: Barber = Barber { haircuts: 5000, room: 1000, production: 1000, cut: 1000 };
    const SMALL: Barber = Barber { haircuts: 50, room: 5, production: 10, cut: 10 };

    /// How many haircuts are left.
    type Outcome = usize;

    fn expected(self) -> usize {
        0
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let open = move || {
            let chair = Cown::new(Chair { cut: self.cut, random: Barber::random() });
            let room = Cown::new(Room { size: self.room, count: 0, chair });
            let factory =
                Factory { haircuts_left: self.haircuts, attempts: 0, room, random: Barber::random() };
            let factory = Cown::new(factory);
            produce(&factory, self.production);
            factory
        };
        on_boc(workers, open, |factory| factory.try_into_inner().expect("the last handle").haircuts_left)
    }
}
