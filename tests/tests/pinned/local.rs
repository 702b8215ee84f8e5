//! Promise: `in main` bodies run on the thread of that `MainThread` whatever they request, need not be `Send`, and are
//! dropped there, run or not.

use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, Gate, on_home, on_workers};

#[test]
fn the_three_spellings_run_here_with_captures_that_are_not_send() {
    on_home(2, |main| {
        let log = Rc::new(RefCell::new(Vec::new()));
        let cown = Cown::new(1);
        let here = thread::current().id();

        when!(in main; cown, clone log => {
            assert_eq!(thread::current().id(), here);
            log.borrow_mut().push(*cown);
            *cown += 1;
        });
        #[boc::attr::when(in main; cown)]
        fn attribute(cown: &mut i32, log: Rc<RefCell<Vec<i32>>>) {
            log.borrow_mut().push(*cown);
            *cown += 1;
        }
        let function = main.when(&cown, {
            let log = Rc::clone(&log);
            move |cown| log.borrow_mut().push(*cown)
        });
        attribute.join().expect("runs");
        function.join().expect("runs");
        assert_eq!(*log.borrow(), [1, 2, 3]);
        assert_eq!(Rc::strong_count(&log), 1);
    });
}

#[test]
fn it_mixes_with_pinned_cowns_of_the_same_thread() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, Rc::new(5));
        let factor = Rc::new(2);
        let product = when!(in main; pinned canvas => **canvas * *factor);
        assert_eq!(product.join().expect("runs"), 10);
    });
}

#[test]
fn a_body_that_never_runs_is_dropped_at_home() {
    on_workers(2, || {
        let (drops, gate) = (Drops::new(), Gate::new());
        let cown = Cown::new(());
        let (here, waiting) = thread::scope(|scope| {
            scope
                .spawn(|| {
                    let main = MainThread::claim().expect("a fresh thread");
                    let passing = gate.clone();
                    when!(cown => {
                        let _ = &cown;
                        passing.pass();
                    });
                    let token = Rc::new(drops.token());
                    // Waits for the cown beyond the end of its thread.
                    let waiting = when!(in main; cown => { let _ = (&cown, &token); });
                    (thread::current().id(), waiting)
                })
                .join()
                .expect("no panic")
        });
        assert_eq!(drops.threads(), [here], "dropped with its home, not later and elsewhere");
        gate.open();
        assert_eq!(waiting.join().expect_err("never runs").kind(), FailureKind::Cancelled);
        when!(cown => { let _ = &cown; }).join().expect("the cown is free");
        assert_eq!(drops.count(), 1);
    });
}
