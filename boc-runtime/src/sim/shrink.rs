//! Owns: making a failed run simpler: as few decisions as possible that differ from first come, first served.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::chooser::Choice;
use super::replay::Replay;

/// How long, and how often at most, simpler runs are tried. A failure is to be told soon.
const TIME: Duration = Duration::from_secs(1);
const TRIES: usize = 2000;

/// The decisions of a run that are not 0.
type Taken = BTreeMap<usize, usize>;

/// Tries simpler runs by calling `fails`, which gives back the choices that a run with these has made if it still fails.
pub(super) fn shrink(choices: &[Choice], fails: impl FnMut(&Replay) -> Option<Vec<Choice>>) -> Replay {
    let mut tries = Tries { fails, left: TRIES, end: Instant::now() + TIME };
    let mut best = taken(choices);
    leave_out(&mut best, &mut tries);
    if best.len() > 1
        && let Some(only) = one_alone(choices, &mut tries)
    {
        best = only;
    }
    Replay::Choices(best)
}

fn taken(choices: &[Choice]) -> Taken {
    let taken = choices.iter().enumerate().filter(|(_, choice)| choice.taken != 0);
    taken.map(|(number, choice)| (number, choice.taken)).collect()
}

struct Tries<F> {
    fails: F,
    left: usize,
    end: Instant,
}

impl<F: FnMut(&Replay) -> Option<Vec<Choice>>> Tries<F> {
    fn are_over(&self) -> bool {
        self.left == 0 || Instant::now() >= self.end
    }

    /// What a run has made of the candidate, if it fails; the rest of it had no effect.
    fn fails(&mut self, candidate: Taken) -> Option<Taken> {
        self.left -= 1;
        (self.fails)(&Replay::Choices(candidate)).map(|choices| taken(&choices))
    }
}

/// Leaves out halves first, then smaller parts, then one by one, until nothing more can go.
fn leave_out<F: FnMut(&Replay) -> Option<Vec<Choice>>>(best: &mut Taken, tries: &mut Tries<F>) {
    let mut part = best.len();
    while part > 0 {
        let (mut at, mut smaller) = (0, false);
        while at < best.len() {
            if tries.are_over() {
                return;
            }
            let kept = best.iter().enumerate().filter(|(index, _)| !(at..at + part).contains(index));
            match tries.fails(kept.map(|(_, (&number, &taken))| (number, taken)).collect()) {
                Some(made) if made.len() < best.len() => (*best, smaller) = (made, true),
                _ => at += part,
            }
        }
        part = match (part, smaller) {
            (1, false) => 0,
            _ => (part / 2).max(1).min(best.len()),
        };
    }
}

/// A single decision that leads to the failure as well.
fn one_alone<F: FnMut(&Replay) -> Option<Vec<Choice>>>(
    choices: &[Choice],
    tries: &mut Tries<F>,
) -> Option<Taken> {
    for (number, choice) in choices.iter().enumerate() {
        for taken in (1..choice.of).rev() {
            if tries.are_over() {
                return None;
            }
            if let Some(made) = tries.fails([(number, taken)].into()) {
                return (made.len() <= 1).then_some(made);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run that fails if certain decisions are made; it makes twenty.
    fn run(replay: &Replay, needed: &[(usize, usize)]) -> Option<Vec<Choice>> {
        let Replay::Choices(given) = replay else { unreachable!("of choices") };
        let made = (0..20).map(|number| Choice { taken: given.get(&number).copied().unwrap_or(0), of: 5 });
        let made: Vec<_> = made.collect();
        needed.iter().all(|&(number, taken)| made[number].taken == taken).then_some(made)
    }

    #[test]
    fn only_what_is_needed_is_left() {
        let choices: Vec<_> = (0..20).map(|number| Choice { taken: 1 + number % 4, of: 5 }).collect();
        for needed in [vec![], vec![(0, 1)], vec![(19, 4)], vec![(3, 4), (4, 1), (11, 4)]] {
            let Replay::Choices(left) = shrink(&choices, |replay| run(replay, &needed)) else {
                unreachable!("of choices")
            };
            assert_eq!(left.into_iter().collect::<Vec<_>>(), needed);
        }
    }
}
