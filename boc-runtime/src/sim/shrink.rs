//! Owns: making a failed run simpler: as few decisions as possible that differ from first come, first served.

use std::time::{Duration, Instant};

use super::chooser::Choice;
use super::replay::Replay;

/// How long, and how often at most, simpler runs are tried. A failure is to be told soon.
const TIME: Duration = Duration::from_millis(500);
const TRIES: usize = 500;

/// Tries simpler runs by calling `fails`, which gives back the choices that a run with these has made if it still fails.
pub(super) fn shrink(choices: &[Choice], mut fails: impl FnMut(&Replay) -> Option<Vec<Choice>>) -> Replay {
    let end = Instant::now() + TIME;
    let Replay::Choices(mut best) = Replay::of_choices(choices) else { unreachable!("of choices") };
    let mut tries = 0;
    // Halves first, then smaller and smaller parts, then one by one, until nothing more can be left out.
    let mut part = best.len();
    while part > 0 {
        let (mut at, mut smaller) = (0, false);
        while at < best.len() {
            if tries >= TRIES || Instant::now() >= end {
                return Replay::Choices(best);
            }
            tries += 1;
            let kept = best.iter().enumerate().filter(|(index, _)| !(at..at + part).contains(index));
            let candidate = Replay::Choices(kept.map(|(_, (&number, &taken))| (number, taken)).collect());
            match fails(&candidate).map(|made| Replay::of_choices(&made)) {
                // What the run has made of the list; the rest of the list had no effect.
                Some(Replay::Choices(made)) if made.len() < best.len() => {
                    best = made;
                    smaller = true;
                }
                _ => at += part,
            }
        }
        if !smaller || part > best.len() {
            part = if part == 1 && !smaller { 0 } else { (part / 2).clamp(1, best.len().max(1)) };
        }
        if best.is_empty() {
            break;
        }
    }
    Replay::Choices(best)
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
