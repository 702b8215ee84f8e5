//! Owns: the proof that the random programs show what the model has rules for.

use std::collections::BTreeMap;

use boc::prelude::FailureKind;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use crate::model::observed::{Observed, Scheduled, Sight, StepSeen};
use crate::model::program::{Program, Step, Target, What, each_when};
use crate::{generate, model, stage};

/// What can be seen in a run. Every one of these has to come up.
const EVERYTHING: [&str; 26] = [
    "again",
    "alone",
    "at home",
    "batch",
    "body that schedules",
    "body that panics",
    "cancelled",
    "detached",
    "filled by a body",
    "filled by a thread",
    "filled late",
    "finished",
    "forgotten",
    "here",
    "lent",
    "limited pump",
    "no runtime",
    "pump",
    "pump that panics",
    "quiesce",
    "read",
    "refused",
    "scope that panics",
    "skipped",
    "taken",
    "try",
];

#[test]
fn the_programs_show_everything() {
    crate::quiet_refusals();
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &[7; 32]),
    );
    let mut found = BTreeMap::<&str, usize>::new();
    for _ in 0..150 {
        let program = generate::programs().new_tree(&mut runner).expect("a program").current();
        let observed = boc_tests::within(boc_tests::LIMIT, || stage::run(&program, 2));
        assert_eq!(model::judge(&program, &observed), [""; 0], "{program}");
        look(&program, &observed, &mut |what| *found.entry(what).or_default() += 1);
    }
    println!("{found:#?}");
    let missing: Vec<_> = EVERYTHING.iter().filter(|what| !found.contains_key(*what)).collect();
    assert!(missing.is_empty(), "no program of 150 has shown {missing:?}");
}

fn look(program: &Program, observed: &Observed, found: &mut impl FnMut(&'static str)) {
    for steps in &program.threads {
        look_at_steps(steps, observed, found);
        each_when(steps, &mut |when| {
            let seen = &observed.behaviors[when.id];
            match seen.scheduled {
                Scheduled::Refused => found("refused"),
                Scheduled::NoRuntime => found("no runtime"),
                Scheduled::Yes if seen.runs == 0 => found("skipped"),
                Scheduled::Yes => {
                    [
                        ("detached", when.detached),
                        ("body that panics", when.panics),
                        ("alone", when.requests.is_empty()),
                    ]
                    .into_iter()
                    .chain([
                        ("body that schedules", !when.body.is_empty()),
                        ("at home", when.home().is_some()),
                    ])
                    .chain([("here", matches!(when.target, Target::Here(_)))])
                    .filter(|(_, is)| *is)
                    .for_each(|(what, _)| found(what));
                    for request in &when.requests {
                        match request.kind {
                            model::program::Kind::Again => found("again"),
                            kind if kind.is_read() => found("read"),
                            _ => {}
                        }
                    }
                }
                Scheduled::Never => {}
            }
            if seen.sights.iter().any(|sight| matches!(sight, Sight::Failed(_))) {
                found("try");
            }
            look_at_steps(&when.body, observed, found);
            if seen.runs > 0 && model::program::own_fills(&when.body).next().is_some() {
                found("filled by a body");
            }
        });
    }
    if !program.late.is_empty() {
        found("filled late");
    }
    for ending in observed.endings.values() {
        match ending {
            Err(fault) if fault.kind == FailureKind::Cancelled => found("cancelled"),
            Err(fault) if fault.kind == FailureKind::Taken => found("taken"),
            _ => {}
        }
    }
}

fn look_at_steps(steps: &[Step], observed: &Observed, found: &mut impl FnMut(&'static str)) {
    for step in steps {
        match (&step.what, observed.steps.get(&step.id)) {
            (What::Batch(all), _) if all.len() > 1 => found("batch"),
            (What::Fill(..), _) => found("filled by a thread"),
            (What::Forget(_), _) => found("forgotten"),
            (_, Some(StepSeen::Asked(true))) => found("finished"),
            (_, Some(StepSeen::Quiesced(_))) => found("quiesce"),
            (_, Some(StepSeen::Lent { .. })) => found("lent"),
            (_, Some(StepSeen::Scoped(Some(_)))) => found("scope that panics"),
            (What::Pump { most, .. }, Some(StepSeen::Pumped { executed, panicked, .. })) => {
                found("pump");
                if Some(*executed) == *most {
                    found("limited pump");
                }
                if *panicked > 0 {
                    found("pump that panics");
                }
            }
            _ => {}
        }
    }
}
