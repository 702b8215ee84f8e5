use boc_savina::Run;
use boc_savina::chameneos::{Chameneos, Color};
use verona_boc::{Cown, when};

use super::{Outbox, timed};

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
    when(mall, move |mut mall| {
        if mall.meetings_left == 0 {
            when((&mall.cown(), &arriving), |(mut mall, mut arriving)| {
                arriving.color = Color::Faded;
                mall.faded += 1;
                mall.sum += arriving.meetings;
            });
        } else if let Some(waiting) = mall.waiting.take() {
            mall.meetings_left -= 1;
            when((&waiting, &arriving), |(mut a, mut b)| {
                let color = a.color.complement(b.color);
                a.color = color;
                b.color = color;
                a.meetings += 1;
                b.meetings += 1;
                meet(&a.mall, a.cown());
                meet(&b.mall, b.cown());
            });
        } else {
            mall.waiting = Some(arriving);
        }
    });
}

pub(super) fn run(program: Chameneos, workers: usize) -> Run<usize> {
    let start = move || {
        let mall = Mall { meetings_left: program.meetings, waiting: None, faded: 0, sum: 0 };
        let mall = Cown::new(mall);
        for i in 0..program.chameneos {
            meet(&mall, Cown::new(Chameneo { mall: mall.clone(), color: Color::of(i), meetings: 0 }));
        }
        mall
    };
    timed(workers, start, |mall, outbox: Outbox<usize>| {
        when(&mall, move |mall| outbox.update(|sum| *sum = mall.sum));
    })
}
