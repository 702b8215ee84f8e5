//! Promise: a pinned value is dropped on its own thread, exactly once, wherever its last handle is dropped; a dropped
//! `MainThread` leaves no hang behind: what has not run fails with `Cancelled`, then its values are dropped at home.

use std::rc::Rc;
use std::thread;

use boc::prelude::*;
use boc_tests::{Counted, Drops, Gate, LIMIT, on_home, on_workers};

/// Not `Send`, and reports its drop.
struct Pinned(#[expect(dead_code, reason = "owned for its drop")] Rc<Counted>);

fn pinned(main: &MainThread, drops: &Drops) -> PinnedCown<Pinned> {
    PinnedCown::new(main, Pinned(Rc::new(drops.token())))
}

#[test]
fn the_last_handle_dropped_at_home_drops_the_value() {
    on_home(1, |main| {
        let drops = Drops::new();
        let cown = pinned(main, &drops);
        let other = cown.clone();
        drop(cown);
        assert_eq!(drops.count(), 0);
        drop(other);
        main.pump();
        assert_eq!(drops.threads(), [thread::current().id()]);
    });
}

#[test]
fn the_last_handle_dropped_on_another_thread_sends_the_value_home() {
    on_home(1, |main| {
        let drops = Drops::new();
        let cown = pinned(main, &drops);
        thread::spawn(move || drop(cown)).join().unwrap();
        assert_eq!(drops.count(), 0, "not dropped over there");
        main.pump();
        assert_eq!(drops.threads(), [thread::current().id()]);
    });
}

#[test]
fn the_last_handle_dropped_by_a_worker_sends_the_value_home() {
    on_home(2, |main| {
        let drops = Drops::new();
        for _ in 0..50 {
            let cown = pinned(main, &drops);
            when!(let cown = cown => drop(cown));
        }
        quiesce();
        main.pump();
        assert_eq!(drops.threads(), vec![thread::current().id(); 50]);
    });
}

#[test]
fn a_value_that_only_its_behavior_holds_is_dropped_at_home_after_it() {
    on_home(1, |main| {
        let drops = Drops::new();
        let cown = pinned(main, &drops);
        let seen = when!(pinned cown, clone drops => { let _ = &cown; drops.count() });
        drop(cown);
        assert_eq!(seen.join().unwrap(), 0, "alive while the body runs");
        main.pump();
        assert_eq!(drops.threads(), [thread::current().id()]);
    });
}

#[test]
fn a_value_replaced_by_a_body_is_dropped_there_and_then() {
    on_home(1, |main| {
        let drops = Drops::new();
        let cown = PinnedCown::new(main, Some(Pinned(Rc::new(drops.token()))));
        when!(pinned cown => *cown = None).join().unwrap();
        assert_eq!(drops.threads(), [thread::current().id()]);
    });
}

#[test]
fn a_dropped_main_thread_drops_its_values_at_home_though_handles_live_on() {
    on_workers(1, || {
        let drops = Drops::new();
        let home = thread::spawn({
            let drops = drops.clone();
            move || {
                let main = MainThread::claim().unwrap();
                let cowns: Vec<_> = (0..5).map(|_| pinned(&main, &drops)).collect();
                drop(main);
                (cowns, thread::current().id())
            }
        });
        let (cowns, home) = home.join().unwrap();
        assert_eq!(drops.threads(), vec![home; 5]);
        drop(cowns);
        assert_eq!(drops.count(), 5, "once");
    });
}

#[test]
fn what_a_dropped_main_thread_had_queued_is_cancelled() {
    on_workers(1, || {
        let main = MainThread::claim().unwrap();
        let (drops, captured, plain) = (Drops::new(), Drops::new(), Cown::new(0));
        let cown = pinned(&main, &drops);
        let promises: Vec<_> = (0..10)
            .map(|_| {
                when!(pinned cown, plain, let token = captured.token() => {
                    let _ = (&cown, &token);
                    *plain += 1;
                })
            })
            .collect();
        let beyond = promises[9].clone();
        let beyond = when!(beyond => *beyond);
        drop(main);
        for promise in promises {
            assert_eq!(promise.join().unwrap_err().kind(), FailureKind::Cancelled);
        }
        assert_eq!(beyond.join().unwrap_err().kind(), FailureKind::Cancelled);
        quiesce();
        assert_eq!(captured.count(), 10, "captures are dropped");
        assert_eq!(drops.threads(), [thread::current().id()]);
        assert_eq!(when!(plain => *plain).join().unwrap(), 0, "cowns are released, bodies did not run");
    });
}

#[test]
fn scheduling_on_a_dropped_main_thread_fails_and_never_hangs() {
    on_workers(1, || {
        let main = MainThread::claim().unwrap();
        let (cown, plain) = (PinnedCown::new(&main, 1), Cown::new(1));
        drop(main);
        let failed = when!(pinned cown => *cown);
        let failure = failed.join().unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Cancelled);
        let why = "cancelled before it ran: the MainThread on which it was to run has ended";
        assert_eq!(failure.message(), why);
        let mixed = when!(plain, pinned cown => { *plain += *cown; });
        assert_eq!(mixed.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(when!(plain => *plain).join().unwrap(), 1);
        boc::quiesce_timeout(LIMIT).expect("nothing hangs");
    });
}

/// Not in the pinned queue yet when the token goes: it waits for a plain cown that a worker holds.
#[test]
fn a_behavior_that_becomes_ready_after_the_main_thread_went_is_cancelled() {
    on_workers(1, || {
        let main = MainThread::claim().unwrap();
        let (cown, busy, gate) = (PinnedCown::new(&main, 1), Cown::new(0), Gate::new());
        when!(busy, clone gate => { gate.pass(); *busy += 1; });
        let mixed = when!(busy, pinned cown => *busy += *cown);
        let after = when!(busy => *busy);
        gate.until_waiting(1);
        drop(main);
        gate.open();
        assert_eq!(mixed.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(after.join().unwrap(), 1);
    });
}

#[test]
fn a_home_thread_that_ends_by_a_panic_leaves_no_hang() {
    on_workers(1, || {
        let (drops, plain) = (Drops::new(), Cown::new(0));
        let promise = thread::scope(|scope| {
            let home = scope.spawn(|| {
                let main = MainThread::claim().unwrap();
                let cown = pinned(&main, &drops);
                let runtime = Runtime::builder().workers(1).build().unwrap();
                let promise = runtime.enter(|| when!(pinned cown, plain => { let _ = &cown; *plain += 1; }));
                let (send, receive) = std::sync::mpsc::channel();
                send.send(promise).unwrap();
                std::panic::panic_any(receive);
            });
            home.join().unwrap_err()
        });
        let promise = promise.downcast::<std::sync::mpsc::Receiver<Promise<()>>>().unwrap().recv().unwrap();
        assert_eq!(promise.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(drops.count(), 1);
        assert_eq!(when!(plain => *plain).join().unwrap(), 0);
    });
}

/// The drop of one pinned value drops the last handle of the next, and schedules behaviors.
#[test]
fn values_that_hold_pinned_handles_and_schedule_in_their_drop() {
    struct Chained {
        next: Option<PinnedCown<Chained>>,
        log: Cown<Vec<thread::ThreadId>>,
    }
    impl Drop for Chained {
        fn drop(&mut self) {
            let (log, here) = (&self.log, thread::current().id());
            when!(log => log.push(here));
            drop(self.next.take());
        }
    }
    on_home(1, |main| {
        let log = Cown::new(Vec::new());
        let chain =
            (0..20).fold(None, |next, _| Some(PinnedCown::new(main, Chained { next, log: log.clone() })));
        thread::spawn(move || drop(chain)).join().unwrap();
        quiesce();
        main.pump();
        assert_eq!(when!(log => log.clone()).join().unwrap(), vec![thread::current().id(); 20]);
    });
}

#[test]
fn values_of_several_homes_go_each_to_their_own() {
    on_home(1, |main| {
        let drops = Drops::new();
        let mine = pinned(main, &drops);
        let (send, receive) = std::sync::mpsc::channel();
        let other = thread::spawn({
            let drops = drops.clone();
            move || {
                let main = MainThread::claim().unwrap();
                send.send(pinned(&main, &drops)).unwrap();
                drop(mine);
                while drops.count() == 0 {
                    main.pump();
                    thread::yield_now();
                }
                thread::current().id()
            }
        });
        let theirs = receive.recv().unwrap();
        let theirs_home = theirs.home();
        drop(theirs);
        let other = other.join().unwrap();
        assert_eq!(other, theirs_home);
        main.pump();
        assert_eq!(drops.threads(), [other, thread::current().id()]);
    });
}
