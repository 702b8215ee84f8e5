use boc_savina::Run;
use boc_savina::barber::Barber;
use boc_savina::random::XorOshiro128Plus;
use verona_boc::{Cown, when};

use super::{Outbox, timed};

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

struct Chair {
    cut: u64,
    random: XorOshiro128Plus,
}

struct Customer {
    factory: Cown<Factory>,
}

fn produce(factory: &Cown<Factory>, production: u64) {
    let tag = factory.clone();
    when(factory, move |mut factory| {
        for _ in 0..factory.haircuts_left {
            factory.attempts += 1;
            enter(&factory.room, Cown::new(Customer { factory: tag.clone() }));
            factory.random.busy_wait(production);
        }
    });
}

fn enter(room: &Cown<Room>, customer: Cown<Customer>) {
    when(room, move |mut room| {
        if room.count == room.size {
            send_back(&customer);
        } else {
            room.count += 1;
            let tag = room.cown();
            when((&room.chair, &customer), move |(mut chair, customer)| {
                when(&tag, |mut room| room.count -= 1);
                let rate = chair.cut;
                chair.random.busy_wait(rate);
                when(&customer.factory, |mut factory| factory.haircuts_left -= 1);
                when((&chair.cown(), &tag), |(_, _)| {});
            });
        }
    });
}

fn send_back(customer: &Cown<Customer>) {
    when(customer, |customer| {
        let tag = customer.cown();
        when(&customer.factory, move |mut factory| {
            factory.attempts += 1;
            enter(&factory.room, tag);
        });
    });
}

pub(super) fn run(program: Barber, workers: usize) -> Run<usize> {
    let open = move || {
        let chair = Cown::new(Chair { cut: program.cut, random: Barber::random() });
        let room = Cown::new(Room { size: program.room, count: 0, chair });
        let (haircuts_left, random) = (program.haircuts, Barber::random());
        let factory = Cown::new(Factory { haircuts_left, attempts: 0, room, random });
        produce(&factory, program.production);
        factory
    };
    timed(workers, open, |factory, outbox: Outbox<usize>| {
        when(&factory, move |factory| outbox.update(|left| *left = factory.haircuts_left));
    })
}
