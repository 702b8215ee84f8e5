//! Owns: the tests of what a busy worker tells others: README.md, part 2, "jobs that move count as pushed".

use std::num::NonZeroUsize;
use std::ptr;

use super::super::config::Config;
use super::*;

const WORKERS: NonZeroUsize = NonZeroUsize::new(3).expect("not zero");
const BUSY: usize = 0;
const STUCK: usize = 1;
const SLEEPER: usize = 2;

/// A core whose workers are this thread's to play.
fn core() -> Arc<Core> {
    let core = Core::new(Config::of(WORKERS));
    core.idle.start();
    core
}

/// Jobs that are not run.
fn jobs(count: usize) -> impl Iterator<Item = Job> {
    let job = |number| NonNull::new(ptr::without_provenance_mut(16 * number)).expect("from 1");
    (1..=count).map(move |number| Job(job(number)))
}

/// The sleeper has looked everywhere, and parks. `moves`: what the busy worker does then. Whether that wakes the sleeper.
fn wakes(core: &Core, moves: impl FnOnce()) -> bool {
    let mut woken = None;
    core.idle.start_searching();
    let ended = core.idle.rest(
        SLEEPER,
        || false,
        || {
            moves();
            // One that is woken counts as searching.
            woken = Some(matches!(core.idle.pushed(), AfterPush::Nothing));
        },
    );
    assert!(!ended, "the threads are not to end");
    core.idle.leave();
    woken.expect("it parks")
}

/// Takes the jobs out: dropping them would be right for real ones only.
fn empty(worker: Worker) {
    while worker.queue.pop(worker.counters()).is_some() {}
}

#[test]
fn jobs_that_a_busy_worker_rescues_wake_a_sleeper() {
    let core = core();
    let stuck = core.run_queues[STUCK].claim();
    jobs(6).for_each(|job| stuck.push(job).expect("there is room"));
    let busy = Worker::new(Arc::clone(&core), BUSY);
    assert!(wakes(&core, || while busy.rescue().is_none() {}));
    assert!(!busy.queue.is_empty());
    empty(busy);
    while stuck.pop(&Counters::default()).is_some() {}
}

#[test]
fn jobs_that_a_busy_worker_takes_from_the_injector_wake_a_sleeper() {
    let core = core();
    core.injector.extend(jobs(6));
    let busy = Worker::new(Arc::clone(&core), BUSY);
    assert!(wakes(&core, || assert!(busy.injected_while_busy().is_some())));
    assert!(!busy.queue.is_empty());
    empty(busy);
    while core.injector.take(1, 0, |_| ()).is_some() {}
}

#[test]
fn a_single_job_that_a_busy_worker_takes_wakes_no_other_worker() {
    let core = core();
    core.injector.extend(jobs(1));
    let busy = Worker::new(Arc::clone(&core), BUSY);
    assert!(!wakes(&core, || assert!(busy.injected_while_busy().is_some())));
}
