use boc_savina::Run;
use boc_savina::sieve::{Numbers, Sieve};
use verona_boc::{Cown, when};

use super::{Outbox, timed};

struct Block {
    numbers: Numbers,
    next: Option<Cown<Block>>,
}

impl Block {
    fn remove(&mut self, number: usize, prime: usize) {
        let number = self.numbers.remove(number, prime);
        if let Some(next) = &self.next {
            when(next, move |mut next| next.remove(number, prime));
        }
    }

    fn iterate(&mut self, mut number: usize) {
        while let Some(&mut mark) = self.numbers.mark(number) {
            if mark {
                self.remove(number * number, number);
            }
            number += 1;
        }
        if let Some(next) = &self.next {
            when(next, move |mut next| next.iterate(number));
        }
    }
}

fn add_primes(block: &Cown<Block>, outbox: Outbox<usize>) {
    when(block, move |block| {
        outbox.update(|primes| *primes += block.numbers.primes());
        if let Some(next) = &block.next {
            add_primes(next, outbox);
        }
    });
}

pub(super) fn run(program: Sieve, workers: usize) -> Run<usize> {
    let start = move || {
        let chain = |next, numbers| Some(Cown::new(Block { numbers, next }));
        let first = program.blocks().rev().fold(None, chain).expect("at least one block");
        when(&first, |mut first| first.iterate(2));
        first
    };
    timed(workers, start, |first, outbox| add_primes(&first, outbox))
}
