//! Owns: the models of a worker's own queue: the real [`RunQueue`], two places long, with numbers for jobs.
//!
//! Each is explored twice, with its threads in either order. Loom tries another order where an access meets one that a
//! thread before it has made, but of the accesses to a word it remembers the last one only: a thread that looks at a word
//! and then exchanges it hides what others did there before, unless it comes first itself.

use std::ptr::{self, NonNull};
use std::rc::Rc;

use loom::thread::spawn;

use crate::behavior::Job;
use crate::sync::explore;

use super::super::run_queue::RunQueue;

/// A job that nobody runs.
fn job(number: usize) -> Job {
    Job(NonNull::new(ptr::without_provenance_mut(number * 8)).expect("a number from 1"))
}

fn number(job: Job) -> usize {
    job.0.addr().get() / 8
}

/// What a thief gets: the job that it takes out, and what has moved to its queue.
fn steal(victim: &RunQueue) -> Vec<usize> {
    let own = RunQueue::new();
    let first = victim.steal(&own);
    first.into_iter().chain(std::iter::from_fn(|| own.pop(false))).map(number).collect()
}

fn drain(own: &RunQueue) -> Vec<usize> {
    std::iter::from_fn(|| own.pop(false)).map(number).collect()
}

/// Explores what two threads do, each of them coming first once; `check` sees what they and then their owner have got.
fn explore_both(
    before: &'static [usize],
    one: fn(&RunQueue) -> Vec<usize>,
    other: fn(&RunQueue) -> Vec<usize>,
    all: &'static [usize],
) {
    for (first, second) in [(one, other), (other, one)] {
        explore(move || {
            let queue = Rc::new(RunQueue::new());
            before.iter().for_each(|&number| queue.push(job(number)).expect("there is room"));
            let second = spawn({
                let queue = Rc::clone(&queue);
                move || second(&queue)
            });
            let mut seen = first(&queue);
            seen.extend(second.join().expect("no panic"));
            seen.extend(drain(&queue));
            seen.sort_unstable();
            assert_eq!(seen, all);
        });
    }
}

/// Pushes these and takes a job after each, as far as there is one. What finds no room goes elsewhere.
fn own(queue: &RunQueue, numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    for pushed in numbers {
        seen.extend(queue.push(job(pushed)).err().map(|full| number(full.0)));
        seen.extend(queue.pop(false).map(number));
    }
    seen
}

#[test]
fn the_owner_and_a_thief_want_the_same_job() {
    explore_both(&[], |queue| own(queue, [1]), steal, &[1]);
}

#[test]
fn a_thief_copies_while_the_owner_fills_the_ring() {
    explore_both(&[1, 2], |queue| own(queue, 3..=5), steal, &[1, 2, 3, 4, 5]);
}

#[test]
fn two_thieves_meet() {
    explore_both(&[1, 2], steal, steal, &[1, 2]);
    // And the owner fills the ring meanwhile: the first thief's last step must not free what the second one copies.
    explore(|| {
        let queue = Rc::new(RunQueue::new());
        [1, 2].into_iter().for_each(|number| queue.push(job(number)).expect("there is room"));
        let thieves = [(); 2].map(|()| {
            let queue = Rc::clone(&queue);
            spawn(move || steal(&queue))
        });
        let mut seen = own(&queue, [3, 4]);
        thieves
            .map(|thief| thief.join().expect("no panic"))
            .into_iter()
            .for_each(|stolen| seen.extend(stolen));
        seen.extend(drain(&queue));
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3, 4]);
    });
}
