//! Seeded randomness, and how often a stress test repeats.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::deadline::{LIMIT, note, within};

/// SplitMix64: small, fast, and the same numbers for the same seed for ever.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The numbers of `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number in `0..bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Between `least` and `most` different numbers of `0..bound`, in random order.
    pub fn choose(&mut self, bound: usize, least: usize, most: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..bound).collect();
        let count = (least + self.below(most - least + 1)).min(bound);
        for at in 0..count {
            let other = at + self.below(bound - at);
            all.swap(at, other);
        }
        all.truncate(count);
        all
    }
}

/// How many rounds to run: `BOC_STRESS_ROUNDS`, or `BOC_STRESS` times `usual`, or `usual`.
///
/// # Panics
/// When one of these is not a number: a stress run that silently does nothing would look like success.
#[must_use]
pub fn repetitions(usual: usize) -> usize {
    let number = |name: &str| match std::env::var(name) {
        Ok(text) => Some(text.parse::<usize>().unwrap_or_else(|_| panic!("{name} is no number: {text:?}"))),
        Err(_) => None,
    };
    number("BOC_STRESS_ROUNDS").unwrap_or_else(|| usual * number("BOC_STRESS").unwrap_or(1))
}

/// Runs `round` with a fresh seed [`repetitions`]`(usual)` times, each with its own deadline.
///
/// A failure names the seed of its round; `BOC_TEST_SEED` replays that one round.
///
/// # Panics
/// When a round panics, or when `BOC_TEST_SEED` is not a number.
pub fn stress(usual: usize, round: impl Fn(&mut Rng) + Sync) {
    if let Ok(seed) = std::env::var("BOC_TEST_SEED") {
        return one_round(seed.parse().expect("BOC_TEST_SEED is a number"), &round);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let mut seeds = Rng::seeded(now.as_nanos() as u64);
    for _ in 0..repetitions(usual) {
        one_round(seeds.number(), &round);
    }
}

fn one_round(seed: u64, round: &(impl Fn(&mut Rng) + Sync)) {
    note(format!("replay with BOC_TEST_SEED={seed}"));
    println!("BOC_TEST_SEED={seed}");
    within(LIMIT, || round(&mut Rng::seeded(seed)));
}
