//! Owns: what happened in a run: which behaviors were scheduled, where and by whom, and in which order they ran.

#![expect(unsafe_code, reason = "looks at the headers of cowns that are requested")]

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::time::Duration;

use crate::memory::{HeaderRef, Weak};

use super::chooser::Place;
use super::make::Asked;

/// Who schedules: the calling thread (0), or the behavior of this number.
pub(super) type Origin = usize;

/// A behavior, as a reader of a report knows it.
#[derive(Debug)]
pub(super) struct Info {
    name: Option<&'static str>,
    pub(super) place: Place,
    origin: Option<Origin>,
    /// By number; whether shared.
    cowns: Vec<(usize, bool)>,
    /// How many had been run when it was scheduled, and when it entered the queues of its cowns.
    scheduled: usize,
    entered: Option<usize>,
    panicked: Option<String>,
}

/// See above. A number names one cown or promise for the whole run: [`Numbered`] says how.
#[derive(Debug, Default)]
pub(super) struct History {
    /// By number, from 1.
    infos: Vec<Info>,
    ran: Vec<usize>,
    /// What time has brought, each before the behavior of this place in `ran`.
    events: Vec<(usize, Event)>,
    /// In the order of entering.
    entries: Vec<usize>,
    /// Those that have used the noticeboard, with what they have published.
    attended: Vec<(usize, Option<Publishes>)>,
    numbers: HashMap<usize, usize>,
    cowns: Vec<Numbered>,
}

/// What makes it a difference when a behavior publishes what it has posted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Publishes {
    /// Others have seen something of it.
    pub(super) acts_before: bool,
    /// It may have posted what follows from an older moment.
    pub(super) has_read: bool,
}

/// That a time is over.
#[derive(Debug)]
struct Event {
    time: Duration,
    what: TimeOf,
    place: Place,
}

/// What had a time.
#[derive(Clone, Copy, Debug)]
pub(super) enum TimeOf {
    Timer,
    Wait,
}

/// A cown or promise that was requested: it is found by its address, which a block may inherit from
/// another one.
///
/// The memory of a cown, and of a resolver's promise, is kept for as long as the history lives (not
/// its value), so that its address does not come back. A behavior's promise has no weak handles
/// ([`Weak`]); it gets a number of its own because [`History::scheduled`] forgets what was at the
/// address where a behavior is made. (Of another runtime's behaviors the history hears too late:
/// two of their promises that lived at one address, one after the other, may have one number. A
/// search then tries more orders than it has to, and never fewer.)
#[derive(Debug)]
struct Numbered {
    type_name: fn() -> &'static str,
    kept: Option<Weak>,
}

impl History {
    /// `cown` is borrowed from a handle.
    fn number(&mut self, cown: HeaderRef<'_>) -> usize {
        let table = cown.get().table();
        let address = cown.as_ptr().addr().get();
        match self.numbers.get(&address) {
            // What is kept is still there; what is not kept is still there unless a cown has its
            // address now.
            Some(&number) if self.cowns[number - 1].kept.is_some() == table.weak => number,
            _ => {
                self.cowns.push(Numbered { type_name: table.type_name, kept: Weak::of(cown) });
                self.numbers.insert(address, self.cowns.len());
                self.cowns.len()
            }
        }
    }

    /// A behavior is made, at this address. It asks for cowns and promises, whose handles its
    /// request borrows.
    pub(super) fn scheduled(
        &mut self,
        address: usize,
        name: Option<&'static str>,
        place: Place,
        origin: Option<Origin>,
        asked: &[Asked],
    ) {
        // Before, there may have been another behavior, whose promise had a number.
        self.numbers.remove(&address);
        let number = |&(cown, shared): &Asked| {
            // SAFETY: the request borrows a handle of it.
            (self.number(unsafe { HeaderRef::new(cown) }), shared)
        };
        let cowns = asked.iter().map(number).collect();
        let scheduled = self.ran.len();
        self.infos.push(Info { name, place, origin, cowns, scheduled, entered: None, panicked: None });
    }

    pub(super) fn entered(&mut self, number: usize) {
        self.infos[number - 1].entered = Some(self.ran.len());
        self.entries.push(number);
    }

    /// How many have entered.
    pub(super) fn entries(&self) -> usize {
        self.entries.len()
    }

    /// Whether anything that has entered since then has a cown in common with this one, not both shared: then it makes a
    /// difference that this one enters only now.
    pub(super) fn matters(&self, number: usize, since: usize) -> bool {
        let cowns = &self.infos[number - 1].cowns;
        let conflicts = |other: &usize| {
            let others = &self.infos[other - 1].cowns;
            others
                .iter()
                .any(|(other, shared)| cowns.iter().any(|(cown, also)| cown == other && !(*shared && *also)))
        };
        self.entries[since..].iter().any(conflicts)
    }

    pub(super) fn runs(&mut self, number: usize) {
        self.ran.push(number);
    }

    pub(super) fn panicked(&mut self, number: usize, message: &str) {
        self.infos[number - 1].panicked = Some(message.to_owned());
    }

    /// So late in virtual time, the time of a timer or wait that was made there is over.
    pub(super) fn is_over(&mut self, time: Duration, what: TimeOf, place: Place) {
        self.events.push((self.ran.len(), Event { time, what, place }));
    }

    pub(super) fn attended(&mut self, number: usize, publishes: Option<Publishes>) {
        self.attended.push((number, publishes));
    }

    pub(super) fn order(&self) -> &[usize] {
        &self.ran
    }

    /// The places of `when`s that put behaviors into one cown's queue, not both shared, in an order that nothing ordered; and
    /// of behaviors for which it matters when they publish what they have posted.
    pub(super) fn races(&self) -> BTreeSet<Place> {
        let mut places = BTreeSet::new();
        let mut of_cown: HashMap<usize, Vec<(usize, usize, bool)>> = HashMap::new();
        for (at, &number) in self.entries.iter().enumerate() {
            for &(cown, shared) in &self.infos[number - 1].cowns {
                of_cown.entry(cown).or_default().push((at, number, shared));
            }
        }
        for entries in of_cown.values() {
            for (index, &(_, two, two_shared)) in entries.iter().enumerate() {
                for &(_, one, one_shared) in &entries[..index] {
                    let both_shared = one_shared && two_shared;
                    if !both_shared && !self.is_ordered(one, two) {
                        places.insert(self.infos[one - 1].place);
                        places.insert(self.infos[two - 1].place);
                    }
                }
            }
        }
        for &(one, publishes) in &self.attended {
            let Some(publishes) = publishes else { continue };
            let races = |&(two, others): &(usize, Option<Publishes>)| {
                two != one && (publishes.acts_before || (publishes.has_read && others.is_some()))
            };
            if self.attended.iter().any(races) {
                places.insert(self.infos[one - 1].place);
            }
        }
        places
    }

    /// Whether the `when` of `one` comes before that of `two` however the behaviors are run: an ancestor of `two`, or `two`
    /// itself, was scheduled after `one` by who scheduled that.
    fn is_ordered(&self, one: usize, two: usize) -> bool {
        let scheduler = self.infos[one - 1].origin;
        let mut ancestor = two;
        loop {
            let origin = self.infos[ancestor - 1].origin;
            if origin == scheduler {
                // Numbers are given in the order of scheduling.
                return one <= ancestor;
            }
            match origin {
                None | Some(0) => return false,
                Some(parent) => ancestor = parent,
            }
        }
    }

    /// `name at place (cowns)`.
    pub(super) fn describe(&self, number: usize) -> String {
        let info = &self.infos[number - 1];
        let mut text = match info.name {
            Some(name) => format!("{name} at {}", info.place),
            None => info.place.to_string(),
        };
        let cown = |&(number, shared): &(usize, bool)| {
            let type_name = self.cowns[number - 1].type_name;
            format!("{}{}#{number}", if shared { "read " } else { "" }, short(type_name()))
        };
        if !info.cowns.is_empty() {
            let _ = write!(text, " ({})", info.cowns.iter().map(cown).collect::<Vec<_>>().join(", "));
        }
        text
    }

    /// One line for each behavior that ran, and for each time that was over.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut events = self.events.iter().peekable();
        let mut behaviors = self.behaviors().into_iter();
        for at in 0..=self.ran.len() {
            while let Some((_, event)) = events.next_if(|(before, _)| *before == at) {
                let what = match event.what {
                    TimeOf::Timer => "the timer made",
                    TimeOf::Wait => "the time limit of the wait",
                };
                lines.push(format!("      {:?}: {what} at {} is over", event.time, event.place));
            }
            lines.extend(behaviors.next());
        }
        lines
    }

    fn behaviors(&self) -> Vec<String> {
        let line = |(at, &number): (usize, &usize)| {
            let info = &self.infos[number - 1];
            let mut text = format!("{:>4}. {}", at + 1, self.describe(number));
            if info.entered.is_some_and(|entered| entered > info.scheduled) {
                let _ = write!(text, ", whose `when` took effect after {}", info.entered.unwrap_or(0));
            }
            if let Some(message) = &info.panicked {
                let _ = write!(text, ": panicked: {message}");
            }
            text
        };
        self.ran.iter().enumerate().map(line).collect()
    }
}

/// A type's name without the modules: `Cown<Vec<Account>>`.
fn short(name: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for c in name.chars() {
        match c {
            ':' => word.clear(),
            c if c.is_alphanumeric() || c == '_' => word.push(c),
            c => {
                short.push_str(&word);
                word.clear();
                short.push(c);
            }
        }
    }
    short + &word
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::Location;

    #[test]
    fn times_that_are_over_stand_between_the_behaviors() {
        let mut history = History::default();
        let place = Location::caller();
        history.is_over(Duration::from_millis(5), TimeOf::Timer, place);
        history.scheduled(0, Some("body"), place, Some(0), &[]);
        history.runs(1);
        history.is_over(Duration::from_secs(3600), TimeOf::Wait, place);
        let expected = [
            format!("      5ms: the timer made at {place} is over"),
            format!("   1. body at {place}"),
            format!("      3600s: the time limit of the wait at {place} is over"),
        ];
        assert_eq!(history.lines(), expected);
    }

    #[test]
    fn names_are_shown_without_their_modules() {
        assert_eq!(short("boc_runtime::cown::Cown<alloc::vec::Vec<my::Account>>"), "Cown<Vec<Account>>");
        assert_eq!(short("a::Cown<(u8, &str)>"), "Cown<(u8, &str)>");
    }
}
