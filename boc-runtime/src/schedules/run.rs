//! Owns: running a program under many schedules, or under one again. `ci/shuttle.sh` sets the variables.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;
use std::rc::Rc;
use std::sync::Once;
use std::time::Instant;
use std::{env, fs, io, thread};

use shuttle::{Config, FailurePersistence, MaxSteps, Runner};

use crate::sim::Random;

use super::plan::{Plan, Policy};
use super::scheduler::{Planned, Progress};

/// How many schedules, unless the variable says so.
const ITERATIONS: usize = 200;
/// The most steps of an execution: what takes more does not end.
const STEPS: usize = 200_000;
const STACK: usize = 256 << 10;

std::thread_local! {
    /// Of the test that runs on this thread of the system, until its failure has been told.
    static UNTOLD: RefCell<Option<(String, Rc<Progress>)>> = const { RefCell::new(None) };
}

/// Runs a program under `SHUTTLE_ITERATIONS` schedules, which follow from `SHUTTLE_BASE`, a random number unless set; or
/// under the one that `SHUTTLE_SEED` names.
pub(super) fn explore(program: impl Fn() + Send + Sync + 'static) {
    let test = thread::current().name().unwrap_or_default().to_owned();
    if variable("SHUTTLE_TEST").is_some_and(|only| !test.contains(&only)) {
        return;
    }
    let progress = Rc::new(Progress::default());
    if let Some(seed) = variable("SHUTTLE_SEED") {
        let plan: Plan = seed.parse().unwrap_or_else(|error| panic!("SHUTTLE_SEED: {error}"));
        let mut plans = Some(plan).into_iter();
        run(&test, &progress, move || plans.next(), program);
        println!("{test}: {plan}: {} choices, digest {:x}", progress.choices.get(), progress.digest.get());
        return;
    }
    let number =
        |name| variable(name).map(|text| text.parse().unwrap_or_else(|_| panic!("{name}: no number")));
    let iterations = number("SHUTTLE_ITERATIONS").map_or(ITERATIONS, |number: u64| number as usize);
    let base = number("SHUTTLE_BASE").unwrap_or_else(|| RandomState::new().hash_one(()));
    let started = Instant::now();
    let choices = Rc::new(Cell::new(0));
    let plans = {
        let (progress, choices) = (Rc::clone(&progress), Rc::clone(&choices));
        let (mut random, mut longest, mut begun) = (Random(base), 0, 0);
        move || {
            choices.set(choices.get() + progress.choices.get());
            longest = longest.max(progress.choices.get());
            if begun == iterations {
                return None;
            }
            let policy = match begun % 6 {
                turn @ (1 | 3 | 5) => Policy::Pct { depth: 2 + turn / 2, steps: longest },
                _ => Policy::Random,
            };
            begun += 1;
            Some(Plan { policy, seed: random.next() })
        }
    };
    run(&test, &progress, plans, program);
    let average = choices.get() / iterations.max(1);
    println!("{test}: {iterations} schedules of {average} choices, base {base}, {:.1?}", started.elapsed());
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

fn run(
    test: &str,
    progress: &Rc<Progress>,
    mut plans: impl FnMut() -> Option<Plan> + 'static,
    program: impl Fn() + Send + Sync + 'static,
) {
    tell_on_panic();
    let note = variable("SHUTTLE_NOTES").map(|folder| Path::new(&folder).join(test));
    let plans = move || {
        let plan = plans();
        if let Some(note) = &note {
            write_down(note, plan).unwrap_or_else(|error| panic!("{}: {error}", note.display()));
        }
        plan
    };
    UNTOLD.set(Some((test.to_owned(), Rc::clone(progress))));
    let mut config = Config::new();
    config.stack_size = STACK;
    config.failure_persistence = FailurePersistence::None;
    config.max_steps = MaxSteps::FailAfter(STEPS);
    config.silence_warnings = true;
    let runner = Runner::new(Planned::new(plans, Rc::clone(progress)), config);
    let result = panic::catch_unwind(AssertUnwindSafe(|| runner.run(program)));
    if let Err(payload) = result {
        tell();
        panic::resume_unwind(payload);
    }
    UNTOLD.set(None);
}

/// Keeps a file with the plan that is under way: a process that ends by a signal has no chance to tell anything.
fn write_down(note: &Path, plan: Option<Plan>) -> io::Result<()> {
    match plan {
        Some(plan) => fs::write(note, plan.to_string()),
        None => fs::remove_file(note).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        }),
    }
}

/// In a hook: a panic in a worker aborts the process, and nobody gets to tell anything afterwards.
fn tell_on_panic() {
    static SET: Once = Once::new();
    SET.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            others(panic);
            tell();
        }));
    });
}

/// Says, once, how to see the failure again.
fn tell() {
    let Some((test, progress)) = UNTOLD.take() else { return };
    let Some(plan) = progress.plan.get() else { return };
    eprintln!(
        "{test} fails under schedule {plan}, after {} choices, digest {:x}; again:\n    \
         SHUTTLE_TEST={test} SHUTTLE_SEED={plan} ci/shuttle.sh",
        progress.choices.get(),
        progress.digest.get(),
    );
}
