//! Owns: deciding, and remembering what was decided.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

/// Where a behavior was scheduled; an address would differ from process to process.
pub(super) type Place = &'static Location<'static>;

/// One decision: which of how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) taken: usize,
    pub(super) of: usize,
}

/// Decides what happens next. Every answer is a function of how it was made and of what it was asked before.
#[derive(Debug)]
pub(crate) struct Chooser {
    how: How,
    /// What was decided so far, if somebody will ask.
    pub(super) choices: Vec<Choice>,
    recording: bool,
    /// The run is equivalent to another one, so that a search need not look at what else it could have decided since.
    pub(super) redundant: bool,
}

#[derive(Debug)]
enum How {
    Seeded(Seeded),
    /// The decisions of these numbers; all others are 0.
    Listed(BTreeMap<usize, usize>),
    /// The first decisions; all others are 0. Only a `when` at one of these places may be late.
    Systematic {
        first: Vec<usize>,
        late: BTreeSet<Place>,
    },
}

/// Random decisions.
#[derive(Debug)]
struct Seeded {
    random: Random,
    /// By random priorities that behaviors keep, for the most part: these find what needs one behavior to wait for long.
    /// Otherwise each decision is made anew.
    priorities: Option<u64>,
    /// Whether a `when` may be late.
    late: bool,
}

impl Chooser {
    pub(crate) fn seeded(seed: u64) -> Chooser {
        let mut random = Random(seed);
        let style = random.next();
        let priorities = (style & 1 != 0).then(|| random.next());
        Chooser::new(How::Seeded(Seeded { random, priorities, late: style & 2 != 0 }))
    }

    pub(super) fn listed(choices: BTreeMap<usize, usize>) -> Chooser {
        Chooser::new(How::Listed(choices))
    }

    pub(super) fn systematic(first: Vec<usize>, late: BTreeSet<Place>) -> Chooser {
        Chooser::new(How::Systematic { first, late })
    }

    fn new(how: How) -> Chooser {
        Chooser { how, choices: Vec::new(), recording: false, redundant: false }
    }

    pub(super) fn record(mut self) -> Chooser {
        self.recording = true;
        self
    }

    /// One of `of` things that can happen; `key` names each of them, the same one by the same name.
    pub(super) fn choose(&mut self, of: usize, key: impl Fn(usize) -> u64) -> usize {
        if of <= 1 {
            return 0;
        }
        let number = self.choices.len();
        let taken = match &mut self.how {
            How::Seeded(seeded) => seeded.choose(of, key),
            How::Listed(choices) => choices.get(&number).copied().unwrap_or(0),
            How::Systematic { first, .. } => first.get(number).copied().unwrap_or(0),
        };
        // A list that was made for another program does no harm.
        self.note(taken.min(of - 1), of)
    }

    /// Whether the `when` at this place takes effect later than it is called.
    pub(super) fn is_late(&mut self, place: Option<Place>) -> bool {
        let number = self.choices.len();
        let (taken, of) = match &mut self.how {
            How::Seeded(seeded) => (usize::from(seeded.late && seeded.random.below(2) == 1), 2),
            How::Listed(choices) => (choices.get(&number).copied().unwrap_or(0).min(1), 2),
            How::Systematic { first, late } => match place.is_some_and(|place| late.contains(&place)) {
                true => (first.get(number).copied().unwrap_or(0), 2),
                false => (0, 1),
            },
        };
        self.note(taken, of) == 1
    }

    fn note(&mut self, taken: usize, of: usize) -> usize {
        let of = if self.redundant { taken + 1 } else { of };
        // Numbers of decisions matter to a list, so that one is noted too.
        if self.recording || !matches!(self.how, How::Seeded(_)) {
            self.choices.push(Choice { taken, of });
        }
        taken
    }
}

impl Seeded {
    fn choose(&mut self, of: usize, key: impl Fn(usize) -> u64) -> usize {
        match self.priorities {
            Some(salt) if self.random.below(8) != 0 => {
                (0..of).max_by_key(|&at| Random(salt ^ key(at)).next()).expect("more than one")
            }
            _ => self.random.below(of),
        }
    }
}

/// SplitMix64: a named algorithm, the same numbers for the same seed in every version.
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The bias is below one in 2^32 for any number of behaviors that fits in memory.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many of the seeds from 0 to 63.
    fn seeds(are: impl Fn(Chooser) -> bool) -> usize {
        (0..64).filter(|&seed| are(Chooser::seeded(seed))).count()
    }

    #[test]
    fn a_seed_decides_the_same_each_time_and_others_otherwise() {
        let decisions = |seed| {
            let mut chooser = Chooser::seeded(seed);
            (0..20).map(|number| chooser.choose(5, |at| at as u64 + number)).collect::<Vec<_>>()
        };
        let all: BTreeSet<_> = (0..64).map(decisions).collect();
        assert_eq!(all.len(), 64);
        assert!((0..64).all(|seed| all.contains(&decisions(seed))));
    }

    /// Those that keep priorities take the same one again and again, of the same ones.
    #[test]
    fn half_of_the_seeds_keep_priorities() {
        let kept = seeds(|mut chooser| {
            let mut taken = [0; 4];
            (0..200).for_each(|_| taken[chooser.choose(4, |at| at as u64)] += 1);
            // By chance it is about 50 of 200; kept, about 180.
            taken.into_iter().max() > Some(120)
        });
        assert!((16..=48).contains(&kept), "{kept} of 64");
    }

    #[test]
    fn half_of_the_seeds_put_effects_off_and_not_always() {
        let late = |mut chooser: Chooser| (0..200).filter(|_| chooser.is_late(None)).count();
        let some = seeds(|chooser| late(chooser) > 0);
        assert!((16..=48).contains(&some), "{some} of 64");
        assert_eq!(seeds(|chooser| late(chooser) > 150), 0);
    }

    #[test]
    fn a_list_decides_by_number_whatever_is_decided() {
        let mut chooser = Chooser::listed([(1, 2), (2, 1), (4, 1), (5, 9)].into());
        let mut one = || chooser.choose(3, |_| 0);
        assert_eq!((one(), one()), (0, 2));
        assert_eq!(
            (chooser.is_late(None), chooser.is_late(None), chooser.is_late(None)),
            (true, false, true)
        );
        // Too large: the last one there is.
        assert_eq!((chooser.choose(3, |_| 0), chooser.choose(3, |_| 0)), (2, 0));
    }

    #[test]
    fn a_redundant_run_leaves_nothing_to_go_through() {
        let mut chooser = Chooser::systematic(vec![1], BTreeSet::new());
        chooser.choose(3, |_| 0);
        chooser.redundant = true;
        chooser.choose(3, |_| 0);
        assert_eq!(chooser.choices, [Choice { taken: 1, of: 3 }, Choice { taken: 0, of: 1 }]);
    }
}
