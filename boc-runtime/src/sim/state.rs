//! Owns: what a simulation knows, and the choice of what happens next: README.md, parts 1 and 2.

#![expect(unsafe_code, reason = "releases promises")]

use std::collections::{HashMap, VecDeque};
use std::ptr::NonNull;

use crate::behavior::{self, Job, Pending, Ran};
use crate::failure::Failure;
use crate::notice::Publication;
use crate::queue::{Queue, Status};
use crate::sync::Instant;

use super::chooser::{Chooser, Place};
use super::clock::Clock;
use super::history::{History, Origin, Publishes, TimeOf};

/// What a simulation knows.
pub(super) struct State {
    pub(super) chooser: Chooser,
    /// By number.
    pub(super) ready: Vec<(usize, Job)>,
    /// By origin.
    pub(super) outboxes: Vec<Outbox>,
    /// Behaviors that are scheduled and not finished, by their jobs' addresses.
    pub(super) known: HashMap<usize, Known>,
    pub(super) scheduled: usize,
    /// Whose code runs; `None`: nobody's, it is the simulation that works.
    pub(super) origin: Option<Origin>,
    /// How much of the running body has taken effect.
    pub(super) effects: usize,
    pub(super) cancelled: bool,
    pub(super) clock: Clock,
    /// Since when, and how often, code has asked for a promise where nothing can happen: in a body,
    /// or inside of `with`.
    pub(super) asked: Option<(Instant, u32)>,
    /// A wait has been given up.
    pub(super) stuck: bool,
    pub(super) history: Option<History>,
    /// Panics that nobody has looked at.
    pub(super) unseen: Vec<Failure>,
}

#[derive(Clone, Copy)]
pub(super) struct Known {
    pub(super) job: Job,
    pub(super) number: usize,
    pub(super) name: Option<&'static str>,
    pub(super) place: Place,
    pub(super) ran: bool,
    /// Its body was dropped: it is cancelled when it is ready.
    pub(super) given_up: bool,
}

/// What somebody has done and what has not taken effect yet, in order.
pub(super) struct Outbox {
    pub(super) origin: Origin,
    pub(super) effects: VecDeque<Effect>,
    /// Nothing has run since it was made, so that it would not have been needed.
    pub(super) fresh: bool,
    /// How many behaviors had entered when the first of the effects could have taken place; and whether it still would
    /// be the next thing to happen.
    pub(super) since: usize,
    pub(super) at_once: bool,
    /// The body has ended: its cowns are released when everything has taken effect.
    pub(super) ended: Option<Job>,
}

pub(super) enum Effect {
    Enter(Pending),
    Release(NonNull<Queue>, NonNull<Status>),
    /// Of a behavior that is executed, and not finished.
    Publish(Job, Publication),
}

// SAFETY: the promise is led by the resolver whose end this is; whoever takes the effect out ends it.
unsafe impl Send for Effect {}

/// What can be chosen.
pub(super) enum Action {
    Ready(usize),
    Pinned(usize),
    /// A timer whose time has come.
    Timer(usize),
    Effect(usize),
}

/// Whether it can be chosen that nothing happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrNothing {
    No,
    Yes,
    /// If only timers can happen: a wait whose time is over at the same moment.
    InPlaceOfTimers,
}

/// Tells keys of outboxes from those of behaviors.
const EFFECTS: u64 = 1 << 63;
/// The same for timers.
const TIMERS: u64 = 1 << 62;

pub(super) fn address(job: Job) -> usize {
    job.0.as_ptr().addr()
}

impl State {
    /// Nothing has happened; it is the caller of the run whose code runs.
    pub(super) fn new(chooser: Chooser, recording: bool) -> State {
        State {
            chooser: if recording { chooser.record() } else { chooser },
            ready: Vec::new(),
            outboxes: Vec::new(),
            known: HashMap::new(),
            scheduled: 0,
            origin: Some(0),
            effects: 0,
            cancelled: false,
            clock: Clock::new(),
            asked: None,
            stuck: false,
            history: recording.then(History::default),
            unseen: Vec::new(),
        }
    }

    pub(super) fn make_ready(&mut self, job: Job) {
        // The order in which behaviors become ready may depend on addresses (a batch enters by them); their numbers do not.
        let number = self.known[&address(job)].number;
        let at = self.ready.partition_point(|&(other, _)| other < number);
        self.ready.insert(at, (number, job));
    }

    pub(super) fn enters(&mut self, pending: &Pending) {
        if let Some(history) = &mut self.history {
            for made in pending.behaviors() {
                history.entered(self.known[&address(made.job())].number);
            }
        }
    }

    /// The time of a timer or wait that was made there is over.
    pub(super) fn note_time(&mut self, what: TimeOf, place: Place) {
        let time = self.clock.time();
        if let Some(history) = &mut self.history {
            history.is_over(time, what, place);
        }
    }

    /// An effect takes place: if it has waited for nothing, another run is the same without the waiting.
    pub(super) fn note_if_redundant(&mut self, outbox: usize, effect: Option<&Effect>) {
        let Outbox { since, at_once, .. } = self.outboxes[outbox];
        if let (Some(Effect::Enter(pending)), Some(history), false) = (effect, &self.history, at_once) {
            let number = |job| self.known[&address(job)].number;
            if !pending.behaviors().iter().any(|made| history.matters(number(made.job()), since)) {
                self.chooser.redundant = true;
            }
        }
    }

    /// The first effect of this outbox could take place from here on, and is the next thing to
    /// happen as yet.
    pub(super) fn make_due(&mut self, outbox: usize) {
        let Some(entries) = self.history.as_ref().map(History::entries) else { return };
        if let Some(outbox) = self.outboxes.get_mut(outbox) {
            (outbox.since, outbox.at_once) = (entries, true);
        }
    }

    pub(super) fn put_off(&mut self, origin: Origin, effect: Effect) {
        if let Some(outbox) = self.outboxes.iter_mut().find(|outbox| outbox.origin == origin) {
            return outbox.effects.push_back(effect);
        }
        let at = self.outboxes.partition_point(|outbox| outbox.origin < origin);
        let since = self.history.as_ref().map_or(0, History::entries);
        self.outboxes.insert(
            at,
            Outbox { origin, effects: [effect].into(), fresh: true, since, at_once: false, ended: None },
        );
    }

    /// Whether what is scheduled enters later: README.md, part 2.
    pub(super) fn is_late(&mut self, origin: Origin, pending: &Pending) -> bool {
        if self.outboxes.iter().any(|outbox| outbox.origin == origin) {
            return true;
        }
        let makes_no_difference = match origin {
            0 => self.known.len() == pending.len(),
            _ => self.effects == 1,
        };
        let place = pending.behaviors().first().map(|made| self.known[&address(made.job())].place);
        !makes_no_difference && self.chooser.is_late(place)
    }

    /// A body has ended that has used the noticeboard.
    pub(super) fn attends(&mut self, origin: Origin, publication: Option<&Publication>) {
        let acts_before = self.effects != 0;
        if let Some(history) = &mut self.history {
            let publishes =
                publication.map(|publication| Publishes { acts_before, has_read: publication.has_read() });
            history.attended(origin, publishes);
        }
    }

    /// Whether what a body has posted is published later: README.md, part 2.
    pub(super) fn publishes_late(&mut self, origin: Origin, job: Job, publication: &Publication) -> bool {
        if self.outboxes.iter().any(|outbox| outbox.origin == origin) {
            return true;
        }
        let makes_no_difference = self.effects == 0 && !publication.has_read();
        let place = self.known[&address(job)].place;
        !makes_no_difference && self.chooser.is_late(Some(place))
    }

    /// Chooses among what can happen; `or_nothing`: and that nothing does.
    pub(super) fn choose(&mut self, pinned: &[u64], or_nothing: OrNothing) -> Option<Action> {
        let timers = self.clock.due_numbers();
        let ready = self.ready.len();
        let behaviors = ready + pinned.len();
        let others = behaviors + timers.len();
        let effects: Vec<usize> = (0..self.outboxes.len())
            .filter(|&at| {
                let outbox = &self.outboxes[at];
                // Of a body that still runs nothing takes effect: there is no such body while somebody chooses.
                others == 0 || !outbox.fresh
            })
            .collect();
        let all = others + effects.len();
        if all == 0 {
            return None;
        }
        let key = |at: usize| match at {
            at if at < ready => self.ready[at].0 as u64,
            at if at < behaviors => pinned[at - ready],
            at if at < others => TIMERS | timers[at - behaviors],
            at if at < all => EFFECTS | self.outboxes[effects[at - others]].origin as u64,
            _ => u64::MAX,
        };
        let or_nothing = match or_nothing {
            OrNothing::No => false,
            OrNothing::Yes => true,
            OrNothing::InPlaceOfTimers => all == timers.len(),
        };
        let taken = self.chooser.choose(all + usize::from(or_nothing), key);
        match taken {
            at if at < ready => Some(Action::Ready(at)),
            at if at < behaviors => Some(Action::Pinned(at - ready)),
            at if at < others => Some(Action::Timer(at - behaviors)),
            at if at < all => Some(Action::Effect(effects[at - others])),
            _ => None,
        }
    }
}

impl Effect {
    /// Gives how its behavior has ended, if that may have changed.
    pub(super) fn take(self) -> Option<Ran> {
        match self {
            Effect::Enter(pending) => pending.enter(),
            // SAFETY: the resolver's end, put off; the outcome is written; once.
            Effect::Release(queue, producer) => unsafe { behavior::release_promise(queue, producer) },
            Effect::Publish(job, publication) => {
                // SAFETY: executed; it is finished when all its effects are taken.
                return Some(unsafe { behavior::publish_apart(job, Ran::Returned, publication) });
            }
        }
        None
    }

    pub(super) fn cancel(self) {
        match self {
            Effect::Enter(pending) => pending.cancel(),
            other @ (Effect::Release(..) | Effect::Publish(..)) => drop(other.take()),
        }
    }
}
