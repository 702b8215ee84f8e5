//! The Santa Claus problem: Santa sleeps until nine reindeer are back from their holidays, or three
//! elves have questions.
//!
//! A delivery is a behavior over a group of nine cowns, a meeting one over a group of three; Santa
//! is the cown that both have in common. Reindeer go first: when Santa is done, he looks for a full
//! team before he looks for elves.
//!
//! `cargo run --example santa`

use std::time::Duration;

use boc::after;
use boc::prelude::*;

const REINDEER: usize = 0;
const ELF: usize = 1;
/// How many come together.
const GROUP: [usize; 2] = [9, 3];
/// How many there are.
const ALL: [usize; 2] = [9, 10];
const YEARS: usize = 4;

/// How often a reindeer was harnessed, or an elf was helped.
type Visitor = Cown<usize>;

/// For each Christmas so far, how many meetings there were before it; and all meetings.
type Santa = (Vec<usize>, usize);

#[derive(Default)]
struct Door {
    waiting: [Vec<Visitor>; 2],
    santa_is_busy: bool,
}

#[derive(Clone, Default)]
struct Pole {
    door: Cown<Door>,
    santa: Cown<Santa>,
}

impl Pole {
    /// A visitor comes to the door in some days. The door is requested then, and not before: a
    /// behavior that waits for a timer and a cown would keep its place in the cown's queue, and
    /// hold up the others.
    fn expect(&self, visitor: Visitor, kind: usize, days: u64) {
        let (pole, back) = (self.clone(), after(Duration::from_millis(days)));
        when!(back => when!(pole.door => {
            door.waiting[kind].push(visitor);
            pole.open(&mut door);
        }));
    }

    /// Santa goes to work if a group is complete.
    fn open(&self, door: &mut Door) {
        let complete = [REINDEER, ELF].into_iter().find(|&kind| door.waiting[kind].len() >= GROUP[kind]);
        let Some(kind) = complete.filter(|_| !door.santa_is_busy) else { return };
        door.santa_is_busy = true;
        let group: Vec<Visitor> = door.waiting[kind].drain(..GROUP[kind]).collect();
        let (pole, visitors) = (self.clone(), group.clone());
        when!(self.santa, group => {
            group.iter_mut().for_each(|times| *times += 1);
            let (christmases, meetings) = &mut *santa;
            if kind == REINDEER { christmases.push(*meetings) } else { *meetings += 1 }
            if christmases.len() == YEARS {
                return; // Santa retires
            }
            for (visitor, i) in visitors.into_iter().zip(0..) {
                pole.expect(visitor, kind, [5 + i % 4, 1][kind]);
            }
            when!(pole.door => {
                door.santa_is_busy = false;
                pole.open(&mut door);
            });
        });
    }
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let pole = Pole::default();
    let [reindeer, elves] = ALL.map(|count| (0..count).map(|_| Cown::new(0)).collect::<Vec<Visitor>>());
    reindeer.iter().for_each(|it| pole.expect(it.clone(), REINDEER, 5));
    elves.iter().for_each(|it| pole.expect(it.clone(), ELF, 1));
    quiesce();

    let report = when!(read reindeer, read elves, read pole.santa => {
        assert!(reindeer.iter().all(|&trips| trips == YEARS), "each delivery takes the whole team");
        assert_eq!(elves.iter().sum::<usize>(), GROUP[ELF] * santa.1, "each meeting takes three elves");
        santa.0.clone()
    });
    let report = report.join()?;
    for (meetings, year) in report.iter().zip(1..) {
        println!("Christmas {year}: nine reindeer pull the sleigh; meetings with elves so far: {meetings}");
    }
    assert_eq!(report.len(), YEARS);
    Ok(())
}

#[test]
fn christmas_comes_every_year() -> Result<(), Failure> {
    main()
}
