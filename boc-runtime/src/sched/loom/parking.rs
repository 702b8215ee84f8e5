//! Owns: the models of parking and wake-up: the real [`Idle`] and [`Parker`], with a number in the place of job queues.

use std::rc::Rc;

use loom::thread::{JoinHandle, spawn};

use crate::sync::{AtomicUsize, Ordering, explore};

use super::super::idle::{AfterPush, Idle};
use super::super::park::Parker;

/// What the workers and the submitters of a model share.
pub(super) struct Crew {
    pub(super) idle: Idle,
    parkers: Vec<Parker>,
    /// The jobs that wait. A look at them may be stale, as one at a queue may.
    jobs: AtomicUsize,
}

impl Crew {
    pub(super) fn new(workers: usize) -> Rc<Crew> {
        let crew = Crew {
            idle: Idle::stopped(),
            parkers: (0..workers).map(|_| Parker::new()).collect(),
            jobs: AtomicUsize::new(0),
        };
        crew.idle.start();
        Rc::new(crew)
    }

    pub(super) fn has_jobs(&self) -> bool {
        self.jobs.load(Ordering::Acquire) != 0
    }

    pub(super) fn unpark(&self, worker: usize) {
        self.parkers[worker].unpark();
    }

    /// From outside. `false`: there are no threads.
    pub(super) fn submit(&self) -> bool {
        self.jobs.fetch_add(1, Ordering::Release);
        match self.idle.pushed() {
            AfterPush::Nothing => true,
            AfterPush::Wake(worker) => {
                self.unpark(worker);
                true
            }
            AfterPush::Revive => false,
        }
    }

    fn try_take(&self) -> bool {
        let one_less = |jobs: usize| jobs.checked_sub(1);
        self.jobs.fetch_update(Ordering::Acquire, Ordering::Relaxed, one_less).is_ok()
    }

    /// As a worker does when it has run out of jobs. `false`: the threads are to end.
    pub(super) fn search(&self, worker: usize) -> bool {
        self.idle.start_searching();
        loop {
            if self.try_take() {
                if let Some(other) = self.idle.found(|| self.has_jobs()) {
                    self.unpark(other);
                }
                return true;
            }
            if self.idle.rest(worker, || self.has_jobs(), || self.parkers[worker].park()) {
                self.idle.leave();
                return false;
            }
        }
    }

    /// A worker that ends when it has done so many jobs.
    fn worker(self: &Rc<Crew>, number: usize, jobs: usize, job: impl Fn() + 'static) -> JoinHandle<()> {
        let crew = Rc::clone(self);
        spawn(move || {
            for _ in 0..jobs {
                assert!(crew.search(number), "nobody has stopped the threads");
                job();
            }
        })
    }

    pub(super) fn assert_all_gone(&self) {
        assert!(!self.has_jobs());
        self.idle.assert_nobody();
    }
}

#[test]
fn a_push_meets_a_worker_that_falls_asleep() {
    explore(|| {
        let crew = Crew::new(1);
        let worker = crew.worker(0, 1, || ());
        assert!(crew.submit());
        worker.join().expect("no panic");
        crew.assert_all_gone();
    });
}

#[test]
fn a_push_that_leaves_it_to_a_searcher() {
    explore(|| {
        let crew = Crew::new(2);
        // The first job to run ends when the second one does.
        let (both, taken) = (Rc::new(Parker::new()), Rc::new(AtomicUsize::new(0)));
        let workers = [0, 1].map(|number| {
            let (both, taken) = (Rc::clone(&both), Rc::clone(&taken));
            crew.worker(number, 1, move || match taken.fetch_add(1, Ordering::Relaxed) {
                0 => both.park(),
                _ => both.unpark(),
            })
        });
        assert!(crew.submit());
        assert!(crew.submit());
        for worker in workers {
            worker.join().expect("no panic");
        }
        crew.assert_all_gone();
    });
}

#[test]
fn a_worker_stays_awake_while_it_is_woken() {
    explore(|| {
        let crew = Crew::new(1);
        let worker = crew.worker(0, 2, || ());
        let other = spawn({
            let crew = Rc::clone(&crew);
            move || assert!(crew.submit())
        });
        assert!(crew.submit());
        other.join().expect("no panic");
        worker.join().expect("no panic");
        crew.assert_all_gone();
    });
}
