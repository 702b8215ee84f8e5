//! Owns: the models of stopping and starting: the real [`Idle`] and [`Lifecycle`].

use std::rc::Rc;

use loom::thread::spawn;

use crate::sync::explore;

use super::super::lifecycle::{AfterLeaving, Lifecycle};
use super::parking::Crew;

#[test]
fn a_push_meets_the_end_of_the_threads() {
    explore(|| {
        let crew = Crew::new(1);
        let worker = spawn({
            let crew = Rc::clone(&crew);
            move || while crew.search(0) {}
        });
        let submitter = spawn({
            let crew = Rc::clone(&crew);
            move || crew.submit()
        });
        // As `Core::stop`.
        for sleeper in crew.idle.stop() {
            crew.unpark(sleeper);
        }
        worker.join().expect("no panic");
        let seen_by_stopper = crew.has_jobs();
        let seen_by_submitter = !submitter.join().expect("no panic");
        if crew.has_jobs() {
            assert!(seen_by_stopper || seen_by_submitter, "a job is left, and nobody starts threads for it");
        } else {
            crew.assert_all_gone();
        }
    });
}

/// Threads as the model has them: one worker, which takes no job.
fn running() -> Rc<Lifecycle<()>> {
    let lifecycle = Rc::new(Lifecycle::new());
    let starting = lifecycle.start().expect("there are none");
    starting.start(vec![String::new()], |_, _| Ok::<(), ()>(()), || ()).expect("never refused");
    lifecycle
}

#[test]
fn threads_are_wanted_while_the_old_ones_end() {
    explore(|| {
        let lifecycle = running();
        lifecycle.end(|| ());
        let worker = spawn({
            let lifecycle = Rc::clone(&lifecycle);
            move || lifecycle.leave()
        });
        // As `Core::revive`, for a job whose submitter has seen that the threads end.
        let starts = lifecycle.start().is_some();
        let left = worker.join().expect("no panic");
        assert_eq!(left, AfterLeaving::Look { wanted: !starts }, "one of the two starts the threads");
    });
}

#[test]
fn a_stopper_waits_for_a_worker_that_leaves() {
    explore(|| {
        let lifecycle = running();
        let worker = spawn({
            let lifecycle = Rc::clone(&lifecycle);
            move || {
                // Told to end by either of the stoppers.
                lifecycle.end(|| ());
                lifecycle.leave()
            }
        });
        lifecycle.end(|| ());
        assert!(lifecycle.wait_until_left(None));
        assert!(lifecycle.start().is_some(), "it has left");
        assert_eq!(worker.join().expect("no panic"), AfterLeaving::Look { wanted: false });
    });
}
