//! Owns: the events of a run, and what comes before what: see the top of `mod.rs`.

use std::collections::BTreeMap;

use super::graph::{Graph, Node};
use super::observed::{Observed, Scheduled};
use super::program::{BehaviorId, Program, Step, StepId, Target, What, When};

/// What happens at a node.
#[derive(Clone, Copy)]
pub(crate) enum Event<'p> {
    Nothing,
    Schedule(&'p [std::sync::Arc<When>]),
    Begin(BehaviorId),
    End(BehaviorId),
    /// A step of a thread or body takes effect, or (one that waits) begins.
    Step(&'p Step),
    /// A step that waits has returned.
    Returns(&'p Step),
}

/// The times of a behavior, and what it belongs to.
pub(crate) struct Life<'p> {
    pub(crate) when: &'p When,
    pub(crate) scheduled: Node,
    pub(crate) begin: Node,
    pub(crate) end: Node,
    /// Its place among those that are scheduled at the same time: a batch.
    pub(crate) place: usize,
    /// It belongs to the second runtime.
    pub(crate) extra: bool,
    /// The body that schedules it.
    pub(crate) parent: Option<BehaviorId>,
    /// The scope that waits for it.
    pub(crate) scope: Option<StepId>,
}

/// The times of a step: it begins, it waits, it returns. All the same if it does not wait.
#[derive(Clone, Copy)]
pub(crate) struct Times {
    pub(crate) begins: Node,
    pub(crate) waits: Node,
    pub(crate) returns: Node,
}

pub(crate) struct Events<'p> {
    pub(super) graph: Graph,
    pub(super) happens: Vec<Event<'p>>,
    pub(super) start: Node,
    pub(crate) lives: BTreeMap<BehaviorId, Life<'p>>,
    pub(crate) steps: BTreeMap<StepId, (&'p Step, Times)>,
    /// When a promise from outside is filled.
    pub(super) filled: BTreeMap<usize, Node>,
    /// The last node of each thread.
    pub(super) last: Vec<Node>,
    pub(crate) end_extra: Option<Times>,
    /// When a home goes away.
    pub(crate) closed: BTreeMap<usize, Times>,
}

/// Where `walk` is.
#[derive(Clone, Copy, Default)]
struct At {
    thread: Option<usize>,
    parent: Option<BehaviorId>,
    extra: bool,
    /// The scope whose closure this is.
    in_scope: Option<StepId>,
    /// The scope that the body belongs to.
    scope: Option<StepId>,
}

impl<'p> Events<'p> {
    /// The events of `program` as far as `observed` says that they happened, in program order.
    pub(crate) fn new(program: &'p Program, observed: &Observed) -> Self {
        let mut graph = Graph::default();
        let start = graph.node();
        let mut this = Self {
            graph,
            happens: vec![Event::Nothing],
            start,
            lives: BTreeMap::new(),
            steps: BTreeMap::new(),
            filled: BTreeMap::new(),
            last: Vec::new(),
            end_extra: None,
            closed: BTreeMap::new(),
        };
        for (thread, steps) in program.threads.iter().chain([&program.late]).enumerate() {
            let at = At { thread: Some(thread), ..At::default() };
            let last = this.walk(steps, at, start, observed);
            this.last.push(last);
        }
        this
    }

    fn node(&mut self, event: Event<'p>) -> Node {
        self.happens.push(event);
        self.graph.node()
    }

    fn walk(&mut self, steps: &'p [Step], at: At, mut last: Node, observed: &Observed) -> Node {
        for step in steps {
            let begins = self.node(match &step.what {
                What::When(when) => Event::Schedule(std::slice::from_ref(when)),
                What::Batch(all) => Event::Schedule(all),
                _ => Event::Step(step),
            });
            self.graph.arrow(last, begins, "program order");
            let mut times = Times { begins, waits: begins, returns: begins };
            match &step.what {
                What::When(when) => self.live(when, begins, 0, at, observed),
                What::Batch(all) => {
                    for (place, when) in all.iter().enumerate() {
                        self.live(when, begins, place, at, observed);
                    }
                }
                What::Scope(steps) => {
                    let inside = At { in_scope: Some(step.id), ..at };
                    times.waits = self.walk(steps, inside, begins, observed);
                    times.returns = self.returns(step, times.waits);
                }
                What::Join(_) | What::Quiesce | What::Pump { .. } | What::EndExtra | What::Close => {
                    times.returns = self.returns(step, begins);
                }
                What::Fill(outside, _) => _ = self.filled.insert(*outside, begins),
                What::Forget(_) | What::Ask(_) | What::With(_) => {}
            }
            match &step.what {
                What::EndExtra => self.end_extra = Some(times),
                What::Close => _ = self.closed.insert(at.thread.expect("a home closes"), times),
                _ => {}
            }
            self.steps.insert(step.id, (step, times));
            last = times.returns;
        }
        last
    }

    fn returns(&mut self, step: &'p Step, after: Node) -> Node {
        let returns = self.node(Event::Returns(step));
        self.graph.arrow(after, returns, "program order");
        returns
    }

    fn live(&mut self, when: &'p When, scheduled: Node, place: usize, at: At, observed: &Observed) {
        let seen = &observed.behaviors[when.id];
        let scope = if when.target == Target::Scope { at.in_scope } else { at.scope };
        let extra = at.extra || when.target == Target::Extra;
        let (mut begin, mut end) = (scheduled, scheduled);
        if seen.scheduled == Scheduled::Yes {
            begin = self.node(Event::Begin(when.id));
            self.graph.arrow(scheduled, begin, format_args!("b{} is scheduled before it begins", when.id));
            let inside = At { thread: None, parent: Some(when.id), extra, in_scope: None, scope };
            let last = if seen.runs > 0 { self.walk(&when.body, inside, begin, observed) } else { begin };
            end = self.node(Event::End(when.id));
            self.graph.arrow(last, end, format_args!("b{} begins before it ends", when.id));
        }
        if seen.runs == 0 {
            when.fills().into_iter().for_each(|outside| _ = self.filled.insert(outside, end));
        }
        let life = Life { when, scheduled, begin, end, place, extra, parent: at.parent, scope };
        self.lives.insert(when.id, life);
    }
}
