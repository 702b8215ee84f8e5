//! The sieve of Eratosthenes over a group of segments, each in a cown of its own.
//!
//! The base primes stand in one cown, which every segment's behavior reads while it strikes out
//! multiples; so the segments are sieved in parallel. Questions about all of them are behaviors
//! over the whole group: they run when the sieve is done, because each segment's behavior was
//! scheduled before.
//!
//! `cargo run --release --example primes`

use boc::prelude::*;

const LIMIT: usize = 2_000_000;
const SEGMENT: usize = 1 << 16;

/// The numbers from `first` on, and whether they are prime.
struct Segment {
    first: usize,
    is_prime: Vec<bool>,
}

impl Segment {
    fn new(first: usize) -> Segment {
        Segment { first, is_prime: vec![true; SEGMENT.min(LIMIT - first)] }
    }

    fn strike(&mut self, prime: usize) {
        // Smaller multiples have a smaller prime factor.
        let multiple = (prime * prime).max(self.first.next_multiple_of(prime));
        self.is_prime.iter_mut().skip(multiple - self.first).step_by(prime).for_each(|it| *it = false);
    }

    fn primes(&self) -> impl Iterator<Item = usize> {
        (self.first..).zip(&self.is_prime).filter(|it| *it.1 && it.0 > 1).map(|it| it.0)
    }
}

/// All primes whose square is below the limit: those that the segments need.
fn base() -> Vec<usize> {
    let candidates = 2..=LIMIT.isqrt();
    candidates.filter(|&n| (2..=n.isqrt()).all(|divisor| n % divisor != 0)).collect()
}

#[boc::main]
fn main() -> Result<(), Failure> {
    let base = Cown::new(base());
    let segments: Vec<Cown<Segment>> =
        (0..LIMIT).step_by(SEGMENT).map(|first| Cown::new(Segment::new(first))).collect();
    for segment in &segments {
        when!(segment, read base => base.iter().for_each(|&prime| segment.strike(prime)));
    }

    let count =
        when!(read segments => segments.iter().map(|segment| segment.primes().count()).sum::<usize>());
    // Twins may stand on both sides of a border, so this goes over the group as over one sequence.
    let twins = when!(read segments => {
        let primes = || segments.iter().flat_map(Segment::primes);
        primes().zip(primes().skip(1)).filter(|(prime, next)| next - prime == 2).count()
    });
    let last = when!(read segments => segments.iter().rev().find_map(|segment| segment.primes().last()));

    let (count, twins, last) = (count.join()?, twins.join()?, last.join()?);
    println!("{} segments hold {count} primes below {LIMIT}, and {twins} pairs of twins", segments.len());
    println!("the last one is {last:?}");
    assert_eq!((count, twins, last), (148_933, 14_871, Some(1_999_993)));
    Ok(())
}

#[test]
fn the_primes_are_counted() -> Result<(), Failure> {
    main()
}
