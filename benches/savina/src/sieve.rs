//! Sieve: Eratosthenes over a chain of blocks. A step that leaves a block is a behavior on the next one.

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Sieve {
    /// The primes below this are looked for.
    pub size: usize,
    /// How many numbers there are in a block.
    pub block: usize,
}

impl Sieve {
    /// The numbers in blocks, in order.
    pub fn blocks(self) -> impl DoubleEndedIterator<Item = Numbers> {
        (0..self.size).step_by(self.block).map(move |base| {
            let len = self.block.min(self.size - base);
            Numbers { base, marked: vec![true; len] }
        })
    }
}

/// A block of numbers, marked as long as they may be prime.
#[derive(Debug)]
pub struct Numbers {
    base: usize,
    marked: Vec<bool>,
}

impl Numbers {
    /// The mark of a number, if it is in this block.
    pub fn mark(&mut self, number: usize) -> Option<&mut bool> {
        // Steps only go up: a number that is not in this block comes after it.
        self.marked.get_mut(number - self.base)
    }

    /// Clears the marks of `number` and of what follows it in steps of `prime`, and says with which number that leaves
    /// the block.
    pub fn remove(&mut self, mut number: usize, prime: usize) -> usize {
        while let Some(mark) = self.mark(number) {
            *mark = false;
            number += prime;
        }
        number
    }

    /// How many numbers are primes, once all steps have been taken.
    pub fn primes(&self) -> usize {
        let first = 2_usize.saturating_sub(self.base); // 0 and 1 are none, and no step looks at them
        self.marked.iter().skip(first).filter(|&&mark| mark).count()
    }
}

struct Block {
    numbers: Numbers,
    next: Option<Cown<Block>>,
}

impl Block {
    fn remove(&mut self, number: usize, prime: usize) {
        let number = self.numbers.remove(number, prime);
        if let Some(next) = &self.next {
            when!(next => next.remove(number, prime));
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
            when!(next => next.iterate(number));
        }
    }
}

impl Program for Sieve {
    const NAME: &'static str = "sieve";
    const TITLE: &'static str = "Sieve";
    const BOUND: Bound = Bound::Work;
    const FULL: Sieve = Sieve { size: 100_000, block: 1000 };
    const SMALL: Sieve = Sieve { size: 1000, block: 30 };

    /// How many primes.
    type Outcome = usize;

    fn expected(self) -> usize {
        let prime = |&n: &usize| (2..).take_while(|d| d * d <= n).all(|d| n % d != 0);
        (2..self.size).filter(prime).count()
    }

    fn agrees(expected: &usize, found: &usize) -> bool {
        expected == found
    }

    fn run(self, workers: usize) -> Run<usize> {
        let start = move || {
            let chain = |next, numbers| Some(Cown::new(Block { numbers, next }));
            let first = self.blocks().rev().fold(None, chain).expect("at least one block");
            when!(first => first.iterate(2));
            first
        };
        on_boc(workers, start, |first| {
            let (mut primes, mut next) = (0, Some(first));
            while let Some(block) = next {
                let block = block.try_into_inner().expect("the last handle");
                primes += block.numbers.primes();
                next = block.next;
            }
            primes
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_number_is_that_of_the_suite() {
        assert_eq!(Sieve::FULL.expected(), 9592);
    }
}
