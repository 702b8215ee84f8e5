//! Owns: choosing the thread that goes on. Every choice follows from the plan and from what was asked before.
//!
//! Shuttle has schedulers of its own; what they choose depends on the executions before, so that a failure of the thousandth
//! could only be replayed by a thousand.

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};

use crate::sim::Random;
use crate::{memory, sync};

use super::plan::{Plan, Policy};

/// What the scheduler tells about the execution that goes on, or has ended.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) plan: Cell<Option<Plan>>,
    /// How many choices there were.
    pub(super) choices: Cell<usize>,
    /// Of what was chosen: executions of one plan have the same.
    pub(super) digest: Cell<u64>,
}

/// Schedules by plans.
#[derive(Debug)]
pub(super) struct Planned<P> {
    plans: P,
    progress: Rc<Progress>,
    random: Random,
    /// `None`: by chance.
    priorities: Option<Priorities>,
}

#[derive(Debug)]
struct Priorities {
    of: HashMap<TaskId, u64>,
    /// The last one that was put below all others.
    lowest: u64,
    /// The numbers of the choices at which whoever has run is put there.
    changes: Vec<usize>,
}

impl Priorities {
    /// Threads begin above this, and are put below it.
    const MIDDLE: u64 = 1 << 32;

    fn new(depth: usize, steps: usize, random: &mut Random) -> Priorities {
        let changes = (1..depth).map(|_| 1 + random.below(steps.max(1))).collect();
        Priorities { of: HashMap::new(), lowest: Priorities::MIDDLE, changes }
    }

    fn lower(&mut self, task: TaskId) {
        self.lowest -= 1;
        self.of.insert(task, self.lowest);
    }
}

impl<P> Planned<P> {
    /// `plans` makes the plan of one execution after the other.
    pub(super) fn new(plans: P, progress: Rc<Progress>) -> Planned<P> {
        Planned { plans, progress, random: Random(0), priorities: None }
    }
}

impl<P: FnMut() -> Option<Plan>> Scheduler for Planned<P> {
    fn new_execution(&mut self) -> Option<Schedule> {
        let plan = (self.plans)()?;
        memory::arena::begin_execution();
        sync::begin_execution();
        self.progress.plan.set(Some(plan));
        self.progress.choices.set(0);
        self.progress.digest.set(0);
        self.random = Random(plan.seed);
        self.priorities = match plan.policy {
            Policy::Random => None,
            Policy::Pct { depth, steps } => Some(Priorities::new(depth, steps, &mut self.random)),
        };
        Some(Schedule::new(plan.seed))
    }

    fn next_task(&mut self, ready: &[&Task], current: Option<TaskId>, yields: bool) -> Option<TaskId> {
        let number = self.progress.choices.get();
        let chosen = match &mut self.priorities {
            None => ready[self.random.below(ready.len())].id(),
            Some(priorities) => {
                if let Some(current) = current
                    && (yields || priorities.changes.contains(&number))
                {
                    priorities.lower(current);
                }
                for task in ready {
                    let random = &mut self.random;
                    priorities.of.entry(task.id()).or_insert_with(|| random.next() | Priorities::MIDDLE);
                }
                ready.iter().map(|task| task.id()).max_by_key(|id| priorities.of[id])?
            }
        };
        // A choice among one is none: priorities that change there change nothing.
        if ready.len() > 1 {
            self.progress.choices.set(number + 1);
            let digest = self.progress.digest.get() ^ usize::from(chosen) as u64;
            self.progress.digest.set(Random(digest).next());
        }
        Some(chosen)
    }

    fn next_u64(&mut self) -> u64 {
        self.random.next()
    }
}
