//! Concurrent Dictionary: workers read and write one hash map; the reads are shared.

use std::collections::HashMap;
use std::hint::black_box;

use boc::prelude::*;

use crate::random::SimpleRand;
use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Dictionary {
    /// How many workers.
    pub workers: usize,
    /// How many messages each of them sends to the dictionary.
    pub messages: usize,
    /// How many in a hundred of them are writes.
    pub writes: u32,
}

impl Dictionary {
    /// What the worker with this number draws from.
    pub fn random(self, worker: usize) -> SimpleRand {
        SimpleRand::new((worker + self.messages) as u64 + u64::from(self.writes))
    }
}

struct Worker {
    master: Cown<usize>,
    dictionary: Cown<HashMap<u32, u32>>,
    random: SimpleRand,
    messages: usize,
    writes: u32,
}

fn work(mut worker: Acquired<'_, Worker>) {
    if worker.messages == 0 {
        when!(worker.master => *master -= 1);
        return;
    }
    worker.messages -= 1;
    let key = worker.random.next_int(100);
    if key < worker.writes {
        when!(worker.dictionary => {
            dictionary.insert(key, key);
            when!(worker => work(worker));
        });
    } else {
        when!(read worker.dictionary => {
            black_box(dictionary.get(&key));
            when!(worker => work(worker));
        });
    }
}

impl Program for Dictionary {
    const NAME: &'static str = "dictionary";
    const TITLE: &'static str = "Concurrent Dictionary";
    const BOUND: Bound = Bound::Overhead;
    const FULL: Dictionary = Dictionary { workers: 20, messages: 10_000, writes: 10 };
    const SMALL: Dictionary = Dictionary { workers: 5, messages: 100, writes: 10 };

    /// How many workers the master waits for.
    type Outcome = usize;

    fn expected(self) -> usize {
        0
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let master = Cown::new(self.workers);
            let dictionary = Cown::new(HashMap::new());
            for i in 0..self.workers {
                let worker = Cown::new(Worker {
                    master: master.clone(),
                    dictionary: dictionary.clone(),
                    random: self.random(i),
                    messages: self.messages,
                    writes: self.writes,
                });
                when!(worker => work(worker));
            }
            master
        };
        on_boc(workers, start, |master| master.try_into_inner().expect("the last handle"))
    }
}
