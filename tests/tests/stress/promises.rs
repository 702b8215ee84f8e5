//! Stress: random graphs of promises against the same graph computed in a loop; handles dropped at random, values
//! taken from several threads, some nodes failing.

use boc::prelude::*;
use boc_tests::{Rng, on_workers, stress};

/// What a node holds: a number, or the number of the first failure it depends on.
type Value = Result<u64, u64>;

fn combine(id: u64, inputs: impl Iterator<Item = u64>) -> u64 {
    inputs.fold(id, |sum, input| sum.wrapping_mul(31).wrapping_add(input))
}

fn random_graph(rng: &mut Rng, workers: usize, nodes: usize) {
    let mut rng = rng.clone();
    on_workers(workers, move || {
        let mut promises: Vec<Promise<u64>> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        for id in 0..nodes {
            let inputs = rng.choose(id.min(10), 0, 4).into_iter().map(|back| id - 1 - back);
            let inputs: Vec<usize> = inputs.collect();
            let (fails, number) = (rng.chance(3), id as u64);
            let requested: Vec<&Promise<u64>> = inputs.iter().map(|&at| &promises[at]).collect();
            let value = match inputs.iter().find_map(|&at| values[at].err()) {
                Some(first) => Err(first),
                None if fails => Err(number),
                None => Ok(combine(number, inputs.iter().filter_map(|&at| values[at].ok()))),
            };
            let promise = match &requested[..] {
                [one] => when!(read one => {
                    assert!(!fails, "{number}");
                    combine(number, [*one].into_iter())
                }),
                [one, other] => when!(read one, read other => {
                    assert!(!fails, "{number}");
                    combine(number, [*one, *other].into_iter())
                }),
                _ => when!(read requested => {
                    assert!(!fails, "{number}");
                    combine(number, requested.iter().copied())
                }),
            };
            promises.push(promise);
            values.push(value);
        }
        let mut joined: Vec<(Promise<u64>, Value)> = Vec::new();
        for (promise, value) in promises.into_iter().zip(values) {
            match rng.below(3) {
                0 => drop(promise),
                1 => joined.push((promise, value)),
                _ => {
                    // Requested once more, by a behavior that takes the number out by changing it.
                    let next = when!(promise => { let seen = *promise; *promise = 0; seen });
                    joined.push((next, value));
                }
            }
        }
        let other = joined.split_off(joined.len() / 2);
        boc_tests::scope(|scope| {
            scope.spawn(|| check(other));
            check(joined);
        });
    });
}

fn check(joined: Vec<(Promise<u64>, Value)>) {
    for (promise, value) in joined {
        match (promise.join(), value) {
            (Ok(found), Ok(expected)) => assert_eq!(found, expected),
            // Which of several failed inputs is reported is not promised; that it is one of this graph's is.
            (Err(failure), Err(_)) => assert!(failure.message().parse::<u64>().is_ok(), "{failure}"),
            (found, expected) => panic!("{found:?} where the model says {expected:?}"),
        }
    }
}

#[test]
fn one_worker() {
    stress(50, |rng| random_graph(rng, 1, 300));
}

#[test]
fn two_workers() {
    stress(50, |rng| random_graph(rng, 2, 300));
}

#[test]
fn eight_workers() {
    stress(50, |rng| random_graph(rng, 8, 300));
}
