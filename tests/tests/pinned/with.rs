//! Promise: between pumps the home thread may look at a pinned value directly, with `main.with`; whatever is in use
//! answers `Busy`.

use std::rc::Rc;

use boc::prelude::*;
use boc_tests::{Gate, on_home, panic_message};

#[test]
fn with_reads_and_writes_between_pumps() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, Rc::new(1));
        assert_eq!(
            main.with(&cown, |value| {
                *value = Rc::new(**value + 1);
                **value
            })
            .unwrap(),
            2
        );
        let seen = when!(pinned cown => { *cown = Rc::new(**cown * 10); **cown });
        assert_eq!(seen.join().unwrap(), 20);
        assert_eq!(main.with(&cown, |value| **value).unwrap(), 20);
    });
}

#[test]
fn with_in_with_on_the_same_cown_is_busy_and_on_another_is_fine() {
    on_home(1, |main| {
        let (one, other) = (PinnedCown::new(main, 1), PinnedCown::new(main, 2));
        let (inner, outer) = main
            .with(&one, |value| {
                let busy = main.with(&one, |again| *again);
                let fine = main.with(&other, |other| *other + *value).unwrap();
                (busy.is_err(), fine)
            })
            .unwrap();
        assert!(inner);
        assert_eq!(outer, 3);
        assert_eq!(main.with(&one, |value| *value).unwrap(), 1, "free again");
    });
}

#[test]
fn busy_is_an_error_with_a_message() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 1);
        let busy = main.with(&cown, |_| main.with(&cown, |_| ()).unwrap_err()).unwrap();
        let _: &dyn std::error::Error = &busy;
        assert!(!busy.to_string().is_empty());
    });
}

#[test]
fn with_is_free_again_after_a_panic_inside() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 1);
        let message = panic_message(|| {
            main.with(&cown, |value| {
                *value = 2;
                panic!("inside")
            })
        });
        assert_eq!(message, "inside");
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 2);
        assert_eq!(when!(pinned cown => *cown).join().unwrap(), 2);
    });
}

/// Behaviors that are scheduled and have not run do not matter: between pumps the value is this thread's.
#[test]
fn with_reaches_the_value_though_behaviors_wait_for_it() {
    on_home(1, |main| {
        let (cown, held, gate) = (PinnedCown::new(main, 1), Cown::new(5), Gate::new());
        when!(held, clone gate => { gate.pass(); *held += 1; });
        let pending = when!(pinned cown, held => { *cown += *held; *cown });
        gate.until_waiting(1);
        assert_eq!(
            main.with(&cown, |value| {
                *value *= 10;
                *value
            })
            .unwrap(),
            10
        );
        gate.open();
        assert_eq!(pending.join().unwrap(), 16);
    });
}

#[test]
fn with_on_a_cown_of_another_thread_is_refused() {
    on_home(1, |main| {
        let (send, receive) = std::sync::mpsc::channel();
        let (done, until_done) = std::sync::mpsc::channel::<()>();
        let other = std::thread::spawn(move || {
            let main = MainThread::claim().unwrap();
            send.send(PinnedCown::new(&main, Rc::new(1))).unwrap();
            until_done.recv().expect_err("the other side hangs up");
        });
        let theirs = receive.recv().unwrap();
        assert!(main.with(&theirs, |value| **value).is_err());
        drop(done);
        other.join().unwrap();
    });
}

#[test]
fn behaviors_scheduled_inside_with_run_after_it() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 1);
        let promise = main.with(&cown, |value| {
            let promise = when!(pinned cown => { *cown *= 10; *cown });
            assert!(!promise.is_finished());
            *value += 1;
            promise
        });
        assert_eq!(promise.unwrap().join().unwrap(), 20);
    });
}

/// Pumping inside `with`: the cown is in use, so a behavior that wants it has to wait; it may not get a second
/// `&mut`.
#[test]
fn pumping_inside_with_never_hands_out_the_same_value_twice() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 1);
        let promise = when!(pinned cown => { *cown *= 10; *cown });
        main.pump();
        assert!(promise.is_finished());
        let later = main
            .with(&cown, |value| {
                let later = when!(pinned cown => { *cown += 1; *cown });
                let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| main.pump()));
                assert_eq!(*value, 10);
                *value = 40;
                later
            })
            .unwrap();
        assert_eq!(later.join().unwrap(), 41);
    });
}
