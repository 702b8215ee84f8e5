//! The oracle: random programs on the real runtime, against the model in `tests/model`.
//!
//! `ORACLE_CASES=n` runs n programs with each number of workers; `ORACLE_SEED=n` the programs of that seed once more;
//! `ORACLE_DEADLINE=s` gives a program so many seconds before it counts as hung. Programs run in a process of
//! their own, so that a hang or a crash is a failure like others, and shrinks.

#[path = "../../model/mod.rs"]
mod model;

mod coverage;
mod drive;
mod generate;
mod shapes;
mod stage;
mod things;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use boc_tests::{note, within};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use model::program::Program;

/// How many programs, with each number of workers, unless `ORACLE_CASES` says otherwise.
const CASES: u64 = 300;

/// A candidate for a shorter program fails in some schedules only, so it has several chances.
const CHANCES: usize = 20;

/// Whether a program has failed, so that shorter ones are tried.
static SHRINKING: AtomicBool = AtomicBool::new(false);

fn number(name: &str, usual: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text:?}")),
        Err(_) => usual,
    }
}

/// Runs random programs with so many workers. `test` is the name of the test, for the process of its own.
fn random_programs(test: &'static str, workers: usize) {
    quiet_refusals();
    SHRINKING.fetch_or(has_failed_before(), Ordering::Relaxed);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970");
    let seed = number("ORACLE_SEED", now.as_nanos() as u64);
    let config = Config {
        cases: u32::try_from(number("ORACLE_CASES", CASES)).expect("a number of cases"),
        test_name: Some(test),
        fork: true,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        // Not in time: this process replays what the other one did, and has to come to the same end.
        max_shrink_time: 0,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let outcome = runner.run(&generate::programs(), |program| one_program(&program, workers));
    if let Err(error) = outcome {
        panic!("with {workers} workers (again with ORACLE_SEED={seed}): {error}");
    }
}

/// Whether this process goes on where another has crashed or hung: its third line says how programs have ended so far.
fn has_failed_before() -> bool {
    let file = std::env::var_os("_PROPTEST_FORKFILE").and_then(|file| std::fs::read_to_string(file).ok());
    file.is_some_and(|text| text.lines().nth(2).is_some_and(|ends| ends.contains('-')))
}

fn one_program(program: &Program, workers: usize) -> Result<(), TestCaseError> {
    let chances = if SHRINKING.load(Ordering::Relaxed) { CHANCES } else { 1 };
    for _ in 0..chances {
        let deadline = Duration::from_secs(number("ORACLE_DEADLINE", 60));
        note(format!("with {workers} workers:\n{program}"));
        let observed = within(deadline, || stage::run(program, workers));
        let wrong = model::judge(program, &observed);
        if !wrong.is_empty() {
            SHRINKING.store(true, Ordering::Relaxed);
            return Err(TestCaseError::fail(wrong.join("\n")));
        }
    }
    Ok(())
}

/// Refused sets panic, as they should; without this their messages would be most of what is printed.
fn quiet_refusals() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let refused =
                info.payload_as_str().is_some_and(|said| said.starts_with("`when` refuses its request set"));
            if !refused {
                usual(info);
            }
        }));
    });
}

#[test]
fn one_worker() {
    random_programs(concat!(module_path!(), "::one_worker"), 1);
}

#[test]
fn two_workers() {
    random_programs(concat!(module_path!(), "::two_workers"), 2);
}

#[test]
fn eight_workers() {
    random_programs(concat!(module_path!(), "::eight_workers"), 8);
}
