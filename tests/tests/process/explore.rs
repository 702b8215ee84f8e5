//! What a failed `explore` prints, and that `BOC_SEED` repeats it in another process.

use std::process::Command;

use boc_tests::{Finished, LIMIT, child};

fn program(which: &str, seed: Option<&str>) -> Finished {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program-explore"));
    command.arg(which).env_remove("BOC_SEED").envs(seed.map(|seed| ("BOC_SEED", seed)));
    child(LIMIT, &mut command)
}

/// The report of a program that fails.
fn report(which: &str, seed: Option<&str>) -> String {
    let finished = program(which, seed);
    assert_eq!(finished.status.code(), Some(101), "{}", finished.stderr);
    finished.stderr
}

/// Its numbered lines.
fn order(report: &str) -> Vec<&str> {
    let numbered =
        |line: &&str| line.trim_start().split_once(". ").is_some_and(|(n, _)| n.parse::<u32>().is_ok());
    report.lines().skip_while(|line| !line.starts_with("boc::explore")).filter(numbered).collect()
}

/// What a line of the report that begins like this says to set.
fn seed<'r>(report: &'r str, line: &str) -> &'r str {
    let line =
        report.lines().find(|other| other.starts_with(line)).unwrap_or_else(|| panic!("{line}: {report}"));
    let seed = line.split_once("BOC_SEED=").and_then(|(_, rest)| rest.split_once(" cargo test my_test"));
    seed.unwrap_or_else(|| panic!("{line}")).0
}

#[test]
fn a_failure_shows_its_order_and_how_to_repeat_it() {
    let first = report("order", None);
    assert!(first.contains("boc::explore: schedule "), "{first}");
    assert!(first.contains(" of at most 1000 fails: assertion"), "{first}");
    let lines = order(&first);
    // Both arrive, both log, and somebody reads: the second one is first somewhere.
    assert_eq!(lines.len(), 5, "{first}");
    assert_eq!(lines.iter().filter(|line| line.contains("arrive at tests/programs/explore.rs:")).count(), 2);
    assert!(lines[4].contains("(read Cown<Vec<&str>>#"), "{first}");
    let replay = seed(&first, "to repeat it:");
    assert!(replay.contains(':'), "found by going through all orders: {replay}");
    let again = report("order", Some(replay));
    assert_eq!(order(&again), lines, "{first}\n{again}");
    assert!(again.contains(&format!("boc::explore: BOC_SEED={replay} fails: assertion")), "{again}");
}

#[test]
fn a_seed_is_repeated_and_so_is_the_simpler_order() {
    let first = report("crowd", None);
    assert!(first.contains("(seed "), "{first}");
    let number = seed(&first, "to repeat it:");
    assert!(first.contains(&format!("(seed {number}): 7 before 0")), "{first}");
    let (one, two) = (report("crowd", Some(number)), report("crowd", Some(number)));
    assert!(one.contains("7 before 0"), "{one}");
    assert_eq!(order(&one), order(&two));
    let simple = seed(&first, "this very order:");
    let simpler = report("crowd", Some(simple));
    assert_eq!(order(&simpler), order(&first), "{first}\n{simpler}");
    // One behavior has to come before others, and not eight in any order.
    assert!(simple.split(',').count() <= 2, "{simple}");
}

#[test]
fn a_panic_that_nobody_looks_at_fails() {
    let report = report("unseen", None);
    assert!(report.contains("fails: nobody has looked at it: the behavior scheduled at"), "{report}");
    assert!(report.contains("panicked: nobody hears this"), "{report}");
}

#[test]
fn what_waits_for_ever_fails() {
    let report = report("leak", None);
    assert!(report.contains("fails: this wait never ends: no behavior is ready"), "{report}");
    assert!(report.contains("1 behavior waits for ever:"), "{report}");
    assert!(report.contains("- tests/programs/explore.rs:"), "{report}");
    assert!(report.contains("(Promise<u32>#1)"), "{report}");
    assert!(report.contains("no behavior has run"), "{report}");
}

#[test]
fn a_scope_that_waits_for_ever_fails_and_says_the_seed() {
    let report = report("scope", None);
    assert!(report.contains("fails: this wait never ends: no behavior is ready"), "{report}");
    assert!(report.contains("1 behavior waits for ever:"), "{report}");
    assert!(seed(&report, "to repeat it:").starts_with("0:"), "{report}");
}

#[test]
fn a_thread_that_leaves_the_run_fails_it() {
    let report = report("stray", None);
    assert!(report.contains("fails: a thread that is not the simulation's schedules a behavior"), "{report}");
    assert!(report.contains("Cown<i32>` of `boc::explore`"), "{report}");
}

#[test]
fn a_run_that_cannot_be_repeated_is_called_so() {
    let report = report("random", None);
    assert!(report.contains("a second run with the same decisions went another way"), "{report}");
}

#[test]
fn a_seed_that_makes_no_sense_is_refused() {
    let report = report("right", Some("seventeen"));
    assert!(report.contains("BOC_SEED is \"seventeen\", but has to be"), "{report}");
}

#[test]
fn what_is_right_says_how_much_was_tried() {
    let finished = program("right", None);
    assert!(finished.status.success(), "{}", finished.stderr);
    assert_eq!(finished.stdout, "all 2 schedules\n");
    assert_eq!(program("right", Some("3")).stdout, "1 schedule\n");
}
