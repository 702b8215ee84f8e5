//! Owns: the models of a worker's own queue: the real [`RunQueue`] and [`LocalQueue`], four jobs long, with numbers for jobs. The
//! deque inside is `sync/deque.rs`, a list under a lock.

use std::ptr::{self, NonNull};
use std::rc::Rc;

use loom::thread::spawn;

use crate::behavior::Job;
use crate::sync::explore;

use super::super::counters::Counters;
use super::super::run_queue::{Full, LocalQueue, RunQueue};

/// A job that no worker runs.
fn job(number: usize) -> Job {
    Job(NonNull::new(ptr::without_provenance_mut(number * 8)).expect("a number from 1"))
}

fn number(job: Job) -> usize {
    job.0.addr().get() / 8
}

/// One worker: what others know of its queue, and its own half, with these jobs in it.
fn worker(jobs: impl IntoIterator<Item = usize>) -> (Rc<RunQueue>, LocalQueue) {
    let queue = Rc::new(RunQueue::new());
    let local = queue.claim();
    for number in jobs {
        local.push(job(number)).expect("there is room");
    }
    (queue, local)
}

fn drain(local: &LocalQueue) -> Vec<usize> {
    std::iter::from_fn(|| local.pop(&Counters::default())).map(number).collect()
}

/// A theft: the job that the thief takes out. The others are in its queue.
fn steal(victim: &RunQueue, local: &LocalQueue) -> Vec<usize> {
    victim.steal(local).map(number).into_iter().collect()
}

/// Pushes these and takes a job after each, as far as there is one. A full queue loses its first half to the injector.
fn own(local: &LocalQueue, numbers: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut seen = Vec::new();
    for pushed in numbers {
        if let Err(Full(rejected)) = local.push(job(pushed)) {
            let injected: Vec<_> = local.take_half(&Counters::default()).map(number).collect();
            assert!(!injected.is_empty(), "a full queue has a half");
            seen.extend(injected);
            seen.push(number(rejected));
        }
        seen.extend(local.pop(&Counters::default()).map(number));
    }
    seen
}

/// Every job was seen, and none twice.
fn assert_all(mut seen: Vec<usize>, last: usize) {
    seen.sort_unstable();
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
}

/// Explores an owner beside thieves.
fn explore_thieves(before: usize, pushed: usize, thieves: usize) {
    explore(move || {
        let (queue, local) = worker(1..=before);
        let thieves: Vec<_> = (0..thieves)
            .map(|_| {
                let queue = Rc::clone(&queue);
                spawn(move || {
                    let (_, own) = worker([]);
                    let mut seen = steal(&queue, &own);
                    seen.extend(drain(&own));
                    seen
                })
            })
            .collect();
        let mut seen = own(&local, before + 1..=before + pushed);
        for thief in thieves {
            seen.extend(thief.join().expect("no panic"));
        }
        seen.extend(drain(&local));
        assert!(queue.is_empty(), "the owner has taken all");
        assert_all(seen, before + pushed);
    });
}

#[test]
fn the_owner_and_a_thief_want_the_same_job() {
    explore_thieves(0, 1, 1);
}

#[test]
fn a_thief_takes_while_the_owner_fills_the_queue() {
    explore_thieves(4, 2, 1);
}

#[test]
fn two_thieves_meet() {
    explore_thieves(3, 1, 2);
}

#[test]
fn two_workers_steal_from_each_other() {
    explore(|| {
        // Queues that were used before, and have jobs: a thief's own queue need not be empty.
        let ((queue, local), (others_queue, others_local)) = (worker([1, 2, 3]), worker([4, 5, 6]));
        let other = spawn({
            let queue = Rc::clone(&queue);
            move || {
                let mut seen = steal(&queue, &others_local);
                seen.extend(others_local.pop(&Counters::default()).map(number));
                (seen, others_local)
            }
        });
        let mut seen = steal(&others_queue, &local);
        seen.extend(local.pop(&Counters::default()).map(number));
        let (others, others_local) = other.join().expect("no panic");
        seen.extend(others);
        seen.extend(drain(&local));
        seen.extend(drain(&others_local));
        assert_all(seen, 6);
    });
}
