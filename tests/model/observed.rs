//! Owns: what a run has shown: plain data that whoever runs a program hands to the model.

use std::collections::{BTreeMap, BTreeSet};

use boc::prelude::FailureKind;

use super::program::{BehaviorId, StepId, ThingId};

#[derive(Debug, Default)]
pub(crate) struct Observed {
    pub(crate) behaviors: Vec<Seen>,
    pub(crate) steps: BTreeMap<StepId, StepSeen>,
    /// The promises that were kept, joined when everything was over.
    pub(crate) endings: BTreeMap<ThingId, Ending>,
    /// Every drop of every value.
    pub(crate) drops: BTreeMap<ThingId, Vec<Dropped>>,
    /// What was dropped when nothing was in flight any more and only threads had handles.
    pub(crate) gone_at_rest: BTreeSet<ThingId>,
    /// What bodies have found wrong on the spot: overlaps, bodies inside of bodies, values that are not theirs.
    pub(crate) trouble: Vec<String>,
}

/// What is known of one behavior.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) scheduled: Scheduled,
    pub(crate) runs: usize,
    /// The home on whose thread its body ran, and the step that ran it; no step: the pumping after the last one.
    pub(crate) ran_at: Option<(usize, Option<StepId>)>,
    /// One for each request, in order.
    pub(crate) sights: Vec<Sight>,
    /// How often its captures were dropped, and on whose thread the last time.
    pub(crate) captures_dropped: usize,
    pub(crate) captures_at: Option<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheduled {
    #[default]
    Never,
    Yes,
    Refused,
    /// The second runtime was gone.
    NoRuntime,
}

/// What a body finds in something it has requested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// How many exclusive holders had been there before, and the number they have left.
    Value { before: usize, number: u64 },
    /// For `try`.
    Failed(Fault),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: FailureKind,
    pub(crate) message: String,
}

/// What a join gives.
pub(crate) type Ending = Result<Value, Fault>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) log: Vec<BehaviorId>,
    pub(crate) number: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Dropped {
    pub(crate) value: Value,
    /// The home on whose thread it was.
    pub(crate) at: Option<usize>,
}

/// What a step has shown.
#[derive(Clone, Debug)]
pub(crate) enum StepSeen {
    Asked(bool),
    Joined(Ending),
    /// The behaviors whose captures were gone.
    Quiesced(BTreeSet<BehaviorId>),
    /// The message of the panic that came out.
    Scoped(Option<String>),
    Pumped {
        executed: usize,
        panicked: usize,
        deadline_reached: bool,
    },
    Lent {
        before: usize,
        number: u64,
    },
    /// What was dropped when it returned.
    Closed(BTreeSet<ThingId>),
}
