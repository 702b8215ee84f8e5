//! Owns: the list of the programs, and the programs without their types: who runs them, and whether the result is right.

use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

use crate::{
    Program, Run, banking::Banking, barber::Barber, chameneos::Chameneos, count::Count,
    dictionary::Dictionary, fib::Fib, fork_join_create::ForkJoinCreate,
    fork_join_throughput::ForkJoinThroughput, logistic_map::LogisticMap, philosophers::Philosophers,
    quicksort::Quicksort, sieve::Sieve, trapezoid::Trapezoid,
};

/// What takes the time of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// Scheduling: its behaviors do next to nothing.
    Overhead,
    /// What its behaviors do, or what its caller does.
    Work,
}

/// A program on boc.
#[derive(Debug)]
pub struct Entry {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its name in the paper.
    pub title: &'static str,
    /// What takes its time.
    pub bound: Bound,
    /// The program on boc.
    pub boc: Contender,
}

impl Entry {
    fn of<P: Program>(program: P) -> Entry {
        Entry { name: P::NAME, title: P::TITLE, bound: P::BOUND, boc: Contender::new("boc", program, P::run) }
    }
}

/// The thirteen programs, in the order of the paper: at the size of the suite, or small.
pub fn programs(small: bool) -> Vec<Entry> {
    fn entry<P: Program>(small: bool) -> Entry {
        Entry::of(if small { P::SMALL } else { P::FULL })
    }
    [
        entry::<Banking>,
        entry::<Barber>,
        entry::<Dictionary>,
        entry::<Philosophers>,
        entry::<LogisticMap>,
        entry::<Chameneos>,
        entry::<Count>,
        entry::<Fib>,
        entry::<ForkJoinCreate>,
        entry::<ForkJoinThroughput>,
        entry::<Quicksort>,
        entry::<Trapezoid>,
        entry::<Sieve>,
    ]
    .map(|entry| entry(small))
    .into()
}

/// A program on one runtime, that can be repeated.
pub struct Contender {
    name: &'static str,
    note: Option<&'static str>,
    repeat: Box<dyn Fn(usize) -> Result<Duration, Wrong> + Send + Sync>,
}

impl Contender {
    /// The program on the runtime that `run` is for.
    pub fn new<P: Program>(
        name: &'static str,
        program: P,
        run: impl Fn(P, usize) -> Run<P::Outcome> + Send + Sync + 'static,
    ) -> Contender {
        let expected = OnceLock::new();
        let repeat = move |workers| {
            let Run { time, outcome } = run(program, workers);
            let expected = expected.get_or_init(|| program.expected());
            if P::agrees(expected, &outcome) {
                Ok(time)
            } else {
                Err(Wrong {
                    program: P::NAME,
                    contender: name,
                    workers,
                    difference: difference(expected, &outcome),
                })
            }
        };
        Contender { name, note: None, repeat: Box::new(repeat) }
    }

    /// The same, with something to know when its figures are read.
    pub fn with_note(self, note: &'static str) -> Contender {
        Contender { note: Some(note), ..self }
    }

    /// What to know when its figures are read.
    pub fn note(&self) -> Option<&'static str> {
        self.note
    }

    /// The runtime's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Runs it once, with so many workers, and checks the result.
    ///
    /// # Errors
    ///
    /// If the result is wrong. A wrong result has no time.
    pub fn repeat(&self, workers: usize) -> Result<Duration, Wrong> {
        (self.repeat)(workers)
    }
}

impl fmt::Debug for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The result of a program is wrong.
#[derive(Debug)]
pub struct Wrong {
    program: &'static str,
    contender: &'static str,
    workers: usize,
    difference: String,
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wrong { program, contender, workers, difference } = self;
        write!(f, "the result of `{program}` on {contender} with {workers} worker(s) is wrong: {difference}")
    }
}

impl std::error::Error for Wrong {}

/// The two, as far as a line holds them.
fn difference<T: fmt::Debug>(expected: &T, found: &T) -> String {
    let short = |outcome| {
        let mut text = format!("{outcome:?}");
        if let Some((end, _)) = text.char_indices().nth(80) {
            text.replace_range(end.., "..");
        }
        text
    };
    format!("expected {}, found {}", short(expected), short(found))
}
