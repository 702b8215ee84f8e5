//! Owns: the models of a worker's own queue: the real [`RunQueue`], two places long, with numbers for jobs.

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

#[test]
fn the_owner_and_a_thief_want_the_same_job() {
    explore(|| {
        let queue = Rc::new(RunQueue::new());
        let thief = spawn({
            let queue = Rc::clone(&queue);
            move || steal(&queue)
        });
        queue.push(job(1)).expect("room for one");
        let kept = drain(&queue);
        let stolen = thief.join().expect("no panic");
        assert_eq!([kept, stolen].concat(), [1]);
    });
}

#[test]
fn a_thief_copies_while_the_owner_fills_the_ring() {
    explore(|| {
        let queue = Rc::new(RunQueue::new());
        queue.push(job(1)).expect("room for one");
        queue.push(job(2)).expect("room for two");
        let thief = spawn({
            let queue = Rc::clone(&queue);
            move || steal(&queue)
        });
        let mut seen = Vec::new();
        // As `Worker::push`: what does not fit goes elsewhere.
        seen.extend(queue.push(job(3)).err().map(|full| number(full.0)));
        seen.extend(drain(&queue));
        seen.extend(thief.join().expect("no panic"));
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3]);
    });
}

#[test]
fn two_thieves_meet() {
    explore(|| {
        let queue = Rc::new(RunQueue::new());
        queue.push(job(1)).expect("room for one");
        queue.push(job(2)).expect("room for two");
        let thieves = [(); 2].map(|()| {
            let queue = Rc::clone(&queue);
            spawn(move || steal(&queue))
        });
        let mut seen: Vec<_> =
            thieves.into_iter().flat_map(|thief| thief.join().expect("no panic")).collect();
        seen.extend(drain(&queue));
        seen.sort_unstable();
        assert_eq!(seen, [1, 2]);
    });
}
