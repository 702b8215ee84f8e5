use std::collections::HashMap;
use std::hint::black_box;

use boc_savina::Run;
use boc_savina::dictionary::Dictionary;
use boc_savina::random::SimpleRand;
use verona_boc::{Cown, when};

use super::timed_value;

struct Worker {
    master: Cown<usize>,
    dictionary: Cown<HashMap<u32, u32>>,
    random: SimpleRand,
    messages: usize,
    writes: u32,
}

fn work(worker: &Cown<Worker>) {
    let tag = worker.clone();
    when(worker, move |mut worker| {
        if worker.messages == 0 {
            when(&worker.master, |mut master| *master -= 1);
            return;
        }
        worker.messages -= 1;
        let key = worker.random.next_int(100);
        if key < worker.writes {
            when(&worker.dictionary, move |mut dictionary| {
                dictionary.insert(key, key);
                work(&tag);
            });
        } else {
            when(&worker.dictionary, move |dictionary| {
                black_box(dictionary.get(&key));
                work(&tag);
            });
        }
    });
}

pub(super) fn run(program: Dictionary, workers: usize) -> Run<usize> {
    timed_value(workers, move || {
        let master = Cown::new(program.workers);
        let dictionary = Cown::new(HashMap::new());
        for i in 0..program.workers {
            work(&Cown::new(Worker {
                master: master.clone(),
                dictionary: dictionary.clone(),
                random: program.random(i),
                messages: program.messages,
                writes: program.writes,
            }));
        }
        master
    })
}
