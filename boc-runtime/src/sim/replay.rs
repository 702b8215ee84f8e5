//! Owns: naming a run in a line of text that repeats it: `BOC_SEED`.

use std::collections::BTreeMap;
use std::fmt;

use super::chooser::{Choice, Chooser};

/// The environment variable that names the one run to be made.
pub(super) const VARIABLE: &str = "BOC_SEED";

/// What repeats a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Replay {
    /// `17`
    Seed(u64),
    /// `3:1,7:2`: the decisions that are not 0, by their numbers. `0:0` if there are none.
    Choices(BTreeMap<usize, usize>),
}

impl Replay {
    /// # Panics
    /// If the environment asks for a run that there cannot be.
    pub(super) fn from_environment() -> Option<Replay> {
        let text = std::env::var_os(VARIABLE)?;
        let replay = text.to_str().and_then(Replay::parse);
        Some(replay.unwrap_or_else(|| {
            panic!(
                "{VARIABLE} is {text:?}, but has to be what a failed `explore` has printed: a number (`17`), or numbers \
                 of decisions with what they decide (`3:1,7:2`); unset it to explore"
            )
        }))
    }

    fn parse(text: &str) -> Option<Replay> {
        let text = text.trim();
        if !text.contains(':') {
            return text.parse().ok().map(Replay::Seed);
        }
        let pair = |pair: &str| {
            let (number, taken) = pair.split_once(':')?;
            Some((number.trim().parse().ok()?, taken.trim().parse().ok()?))
        };
        text.split(',').map(pair).collect::<Option<_>>().map(Replay::Choices)
    }

    pub(super) fn of_choices(choices: &[Choice]) -> Replay {
        let taken = choices.iter().enumerate().filter(|(_, choice)| choice.taken != 0);
        Replay::Choices(taken.map(|(number, choice)| (number, choice.taken)).collect())
    }

    pub(super) fn chooser(&self) -> Chooser {
        match self {
            Replay::Seed(seed) => Chooser::seeded(*seed),
            Replay::Choices(choices) => Chooser::listed(choices.clone()),
        }
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Replay::Seed(seed) => seed.fmt(f),
            Replay::Choices(choices) if choices.is_empty() => f.write_str("0:0"),
            Replay::Choices(choices) => {
                let pairs: Vec<_> =
                    choices.iter().map(|(number, taken)| format!("{number}:{taken}")).collect();
                f.write_str(&pairs.join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_can_be_read_again() {
        for text in ["0", "17", "18446744073709551615", "0:0", "3:1,7:2"] {
            let replay = Replay::parse(text).expect(text);
            assert_eq!(replay.to_string(), text);
        }
        assert_eq!(Replay::parse(" 4:1 , 5:2 "), Replay::parse("4:1,5:2"));
        for bad in ["", "x", "-1", "1:", ":1", "1:2,", "1.5", "18446744073709551616"] {
            assert_eq!(Replay::parse(bad), None, "{bad}");
        }
    }
}
