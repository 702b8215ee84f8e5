//! Chameneos: creatures that meet in pairs at a mall and change their color when they do.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Chameneos {
    /// How many chameneos.
    pub chameneos: usize,
    /// How many meetings there are until the mall closes.
    pub meetings: usize,
}

/// The color of a chameneo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// As the third one is at first.
    Blue,
    /// As the first one.
    Red,
    /// As the second one.
    Yellow,
    /// Of one that has found the mall closed.
    Faded,
}

impl Color {
    /// The color of the chameneo with this number.
    pub fn of(index: usize) -> Color {
        [Color::Red, Color::Yellow, Color::Blue][index % 3]
    }

    /// What two chameneos turn to when they meet: the same if they are alike, otherwise the third color.
    pub fn complement(self, other: Color) -> Color {
        use Color::{Blue, Faded, Red, Yellow};
        match (self, other) {
            _ if self == other => self,
            (Faded, _) | (_, Faded) => Faded,
            (Blue, Red) | (Red, Blue) => Yellow,
            (Blue, Yellow) | (Yellow, Blue) => Red,
            _ => Blue,
        }
    }
}

struct Mall {
    meetings_left: usize,
    waiting: Option<Cown<Chameneo>>,
    faded: usize,
    sum: usize,
}

struct Chameneo {
    mall: Cown<Mall>,
    color: Color,
    meetings: usize,
}

fn meet(mall: &Cown<Mall>, arriving: Cown<Chameneo>) {
    when!(mall, let arriving = arriving => {
        if mall.meetings_left == 0 {
            when!(mall, arriving => {
                arriving.color = Color::Faded;
                mall.faded += 1;
                mall.sum += arriving.meetings;
            });
        } else if let Some(waiting) = mall.waiting.take() {
            mall.meetings_left -= 1;
            when!(a = waiting, b = arriving, clone waiting, clone arriving => {
                let color = a.color.complement(b.color);
                a.color = color;
                b.color = color;
                a.meetings += 1;
                b.meetings += 1;
                meet(&a.mall, waiting);
                meet(&b.mall, arriving);
            });
        } else {
            mall.waiting = Some(arriving);
        }
    });
}

impl Program for Chameneos {
    const NAME: &'static str = "chameneos";
    const TITLE: &'static str = "Chameneos";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Chameneos = Chameneos { chameneos: 100, meetings: 200_000 };
    const SMALL: Chameneos = Chameneos { chameneos: 10, meetings: 300 };

    /// How many meetings the chameneos count, all together: two for each.
    type Outcome = usize;

    fn expected(self) -> usize {
        2 * self.meetings
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let mall = Mall { meetings_left: self.meetings, waiting: None, faded: 0, sum: 0 };
            let mall = Cown::new(mall);
            for i in 0..self.chameneos {
                let chameneo = Chameneo { mall: mall.clone(), color: Color::of(i), meetings: 0 };
                meet(&mall, Cown::new(chameneo));
            }
            mall
        };
        on_boc(workers, start, |mall| mall.try_into_inner().expect("the last handle").sum)
    }
}
