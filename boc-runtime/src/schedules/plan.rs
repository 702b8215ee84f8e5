//! Owns: what a schedule follows from, and how it is written: `random:SEED`, or `pct:DEPTH:STEPS:SEED`.

use std::fmt;
use std::str::FromStr;

/// Everything that an execution follows from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) policy: Policy,
    pub(super) seed: u64,
}

/// How a thread is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Policy {
    /// Any that can go on, each time anew.
    Random,
    /// By priorities, which change `depth - 1` times within the first so many steps.
    Pct { depth: usize, steps: usize },
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.policy {
            Policy::Random => write!(f, "random:{:x}", self.seed),
            Policy::Pct { depth, steps } => write!(f, "pct:{depth}:{steps}:{:x}", self.seed),
        }
    }
}

impl FromStr for Plan {
    type Err = String;

    fn from_str(text: &str) -> Result<Plan, String> {
        let parts: Vec<_> = text.split(':').collect();
        let plan = match parts[..] {
            ["random", seed] => (|| Some(Plan { policy: Policy::Random, seed: hexadecimal(seed)? }))(),
            ["pct", depth, steps, seed] => (|| {
                let policy = Policy::Pct { depth: depth.parse().ok()?, steps: steps.parse().ok()? };
                Some(Plan { policy, seed: hexadecimal(seed)? })
            })(),
            _ => None,
        };
        plan.ok_or_else(|| format!("\"{text}\" is no schedule: `random:SEED` or `pct:DEPTH:STEPS:SEED`"))
    }
}

fn hexadecimal(text: &str) -> Option<u64> {
    u64::from_str_radix(text, 16).ok()
}

#[test]
fn plans_are_read_as_they_are_written() {
    let plans = [
        Plan { policy: Policy::Random, seed: u64::MAX },
        Plan { policy: Policy::Pct { depth: 3, steps: 417 }, seed: 0x1a },
    ];
    for plan in plans {
        assert_eq!(plan.to_string().parse(), Ok(plan));
    }
    for bad in ["", "random", "random:xyz", "pct:3:1a", "pct:a:b:c"] {
        assert!(bad.parse::<Plan>().is_err(), "{bad}");
    }
}
