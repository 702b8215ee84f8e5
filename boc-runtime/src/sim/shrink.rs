//! Owns: making a failed run simpler: as few decisions as possible that differ from first come, first served.

use std::collections::BTreeMap;

use super::chooser::Choice;
use super::replay::Replay;

/// How much work is spent on simpler runs: a failure is to be told soon. In decisions and not in time, so that the same failure
/// becomes the same order on any machine.
const WORK: usize = 100_000;
/// What a run costs beside its decisions.
const RUN: usize = 16;

/// A run that was tried.
pub(super) struct Tried {
    pub(super) choices: Vec<Choice>,
    /// As the one that is to be made simpler.
    pub(super) fails: bool,
    /// It has waited, for long, for what does not come.
    pub(super) stuck: bool,
}

/// The decisions of a run that are not 0.
type Taken = BTreeMap<usize, usize>;

/// Tries simpler runs by calling `run`.
pub(super) fn shrink(choices: &[Choice], run: impl FnMut(&Replay) -> Tried) -> Replay {
    let mut tries = Tries { run, left: WORK };
    let mut best = taken(choices);
    leave_out(&mut best, &mut tries);
    if best.len() > 1 {
        best = one_alone(choices, &mut tries).unwrap_or(best);
    }
    Replay::Choices(best)
}

fn taken(choices: &[Choice]) -> Taken {
    let taken = choices.iter().enumerate().filter(|(_, choice)| choice.taken != 0);
    taken.map(|(number, choice)| (number, choice.taken)).collect()
}

struct Tries<F> {
    run: F,
    left: usize,
}

impl<F: FnMut(&Replay) -> Tried> Tries<F> {
    fn are_over(&self) -> bool {
        self.left == 0
    }

    /// What a run has made of the candidate, if it fails; the rest of it had no effect.
    fn fails(&mut self, candidate: Taken) -> Option<Taken> {
        let Tried { choices, fails, stuck } = (self.run)(&Replay::Choices(candidate));
        self.left = if stuck { 0 } else { self.left.saturating_sub(RUN + choices.len()) };
        fails.then(|| taken(&choices))
    }
}

/// Leaves out halves first, then smaller parts, then one by one, until nothing more can go.
fn leave_out<F: FnMut(&Replay) -> Tried>(best: &mut Taken, tries: &mut Tries<F>) {
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
fn one_alone<F: FnMut(&Replay) -> Tried>(choices: &[Choice], tries: &mut Tries<F>) -> Option<Taken> {
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

    /// A run that fails if certain decisions are made; it makes as many as this.
    fn run(length: usize, replay: &Replay, needed: &[(usize, usize)]) -> Tried {
        let Replay::Choices(given) = replay else { unreachable!("of choices") };
        let made =
            (0..length).map(|number| Choice { taken: given.get(&number).copied().unwrap_or(0), of: 5 });
        let choices: Vec<_> = made.collect();
        let fails = needed.iter().all(|&(number, taken)| choices[number].taken == taken);
        Tried { choices, fails, stuck: false }
    }

    #[test]
    fn only_what_is_needed_is_left() {
        let choices: Vec<_> = (0..20).map(|number| Choice { taken: 1 + number % 4, of: 5 }).collect();
        for needed in [vec![], vec![(0, 1)], vec![(19, 4)], vec![(3, 4), (4, 1), (11, 4)]] {
            let Replay::Choices(left) = shrink(&choices, |replay| run(20, replay, &needed)) else {
                unreachable!("of choices")
            };
            assert_eq!(left.into_iter().collect::<Vec<_>>(), needed);
        }
    }
    /// By the decisions that the tries make, whatever the time.
    #[test]
    fn it_ends_by_count() {
        for length in [1_000, 100_000] {
            let choices = vec![Choice { taken: 1, of: 5 }; length];
            let mut made = 0;
            shrink(&choices, |replay| {
                made += 1;
                // Every second one is needed: there is always more to try.
                let needed: Vec<_> = (0..length).step_by(2).map(|number| (number, 1)).collect();
                run(length, replay, &needed)
            });
            assert_eq!(made, WORK.div_ceil(length + RUN));
        }
    }

    #[test]
    fn a_try_that_is_stuck_is_the_last_one() {
        let choices = vec![Choice { taken: 1, of: 5 }; 20];
        let mut made = 0;
        shrink(&choices, |replay| {
            made += 1;
            Tried { stuck: made == 3, ..run(20, replay, &[(0, 1), (7, 1)]) }
        });
        assert_eq!(made, 3);
    }
}
