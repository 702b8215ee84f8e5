//! Random bodies, each with the names that a human would say it captures, against the analysis.
//!
//! `tree` is a small language of bodies, of which every tree makes sense. `grow` grows trees.
//! `write` writes one down and keeps the scopes while it does: it knows what is captured from the
//! tree, and nothing about the analysis. A failure is shrunk, and shown as text.

mod grow;
mod header;
mod pattern;
mod tree;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, TestRunner};

use super::tokens;
use crate::capture;
use tree::Program;
use write::{Written, written};

/// What the analysis says: the places that it captures, and whether only under a condition.
fn captured(program: &Written) -> BTreeMap<String, bool> {
    let own = program.own.iter().map(|name| Ident::new(name, Span::call_site()));
    let own: Vec<_> = own.collect();
    let body = tokens(&program.text);
    let analysis = match program.attribute {
        false => capture::of_expression(own.iter().map(|name| (name, &[][..])), body),
        true => capture::of_block(own.iter().map(|name| (name, &[][..])), body),
    };
    let mut places = BTreeMap::new();
    for handle in &analysis.handles {
        // One that is asked for its elements too is captured twice.
        let place = handle.place.to_string().replace(' ', "");
        *places.entry(place).or_insert(true) &= !handle.conditions.is_empty();
    }
    let binds: BTreeSet<String> = analysis.handles.iter().map(|handle| handle.bind.to_string()).collect();
    assert_eq!(binds.len(), analysis.handles.len(), "two places in one variable: {binds:?}");
    places
}

fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, max_shrink_iters: 20_000, ..Config::default() }
}

#[test]
fn captures_are_what_a_human_says() {
    let mut runner = TestRunner::new(config(1000));
    let programs = grow::program().prop_map(|program| written(&program));
    let outcome = runner.run(&programs, |program| {
        proptest::prop_assert_eq!(captured(&program), program.captured.clone());
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}

/// A test that does not meet a construct proves nothing about it.
#[test]
fn every_construct_is_met() {
    let mut runner = TestRunner::deterministic();
    let mut met = BTreeMap::new();
    let (mut some, mut none, mut deepest) = (0, 0, 0);
    for _ in 0..1000 {
        let program: Program = grow::program().new_tree(&mut runner).unwrap().current();
        let written = written(&program);
        for construct in tree::CONSTRUCTS {
            *met.entry(construct).or_insert(0) += usize::from(written.text.contains(construct));
        }
        *if written.captured.is_empty() { &mut none } else { &mut some } += 1;
        deepest = deepest.max(written.depth);
    }
    assert!(met.values().all(|times| *times >= 5), "{met:?}");
    assert!(some >= 300 && none >= 100, "{some} capture something, {none} nothing");
    // The body itself belongs to a behavior; so this is three deep.
    assert!(deepest >= 3, "{deepest}");
}
