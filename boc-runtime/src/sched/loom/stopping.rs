//! Owns: the models of stopping and starting: the real [`Idle`] and [`Errand`].

use std::ops::ControlFlow;
use std::rc::Rc;

use loom::thread::spawn;

use crate::sync::{AtomicUsize, Ordering, explore};

use super::super::errand::Errand;
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

#[test]
fn an_errand_meets_an_unlocking() {
    explore(|| {
        // What the errand is about: written before it is wanted, done by whoever runs it.
        let (errand, asked, done) =
            (Rc::new(Errand::new(())), Rc::new(AtomicUsize::new(0)), Rc::new(AtomicUsize::new(0)));
        let settle = {
            let (errand, asked, done) = (Rc::clone(&errand), Rc::clone(&asked), Rc::clone(&done));
            move || {
                errand.settle(|_held| {
                    done.store(asked.load(Ordering::Relaxed), Ordering::Relaxed);
                    ControlFlow::Continue(())
                });
            }
        };
        let other = spawn({
            let (errand, asked, settle) = (Rc::clone(&errand), Rc::clone(&asked), settle.clone());
            move || {
                asked.store(1, Ordering::Relaxed);
                errand.want();
                settle();
            }
        });
        let held = errand.lock();
        // Whatever the lock is for: a step in which the other thread can fail to lock.
        asked.load(Ordering::Relaxed);
        drop(held);
        settle();
        other.join().expect("no panic");
        assert_eq!(done.load(Ordering::Relaxed), 1, "wanted, and nobody has run it");
    });
}
