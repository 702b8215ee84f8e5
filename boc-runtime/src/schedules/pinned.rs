//! Owns: programs about pinned cowns and the thread that pumps.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::{Count, beside, explore, fail, pause, runtime};
use crate::sched::Parker;
use crate::sync::thread;
use crate::{Acquired, Cown, FailureKind, MainThread, PinnedCown, Promise, PumpLimits, Watchdog, pinned};

/// Not to be touched, nor dropped, elsewhere.
struct Stays(thread::ThreadId, Count);

impl Stays {
    fn new(dropped: &Count) -> Stays {
        Stays(thread::current().id(), dropped.clone())
    }

    fn check(&self) {
        assert_eq!(thread::current().id(), self.0);
    }
}

impl Drop for Stays {
    fn drop(&mut self) {
        self.check();
        self.1.add();
    }
}

#[test]
fn waiting_pumps_what_workers_send() {
    explore(|| {
        let runtime = runtime();
        let main = MainThread::claim().expect("not claimed");
        let log = PinnedCown::new(&main, Rc::new(RefCell::new(Vec::new())));
        let number = Cown::new(1);
        let other = beside(&runtime, {
            let (number, log) = (number.clone(), log.clone());
            move |runtime| {
                runtime.when((pinned(&log), &number), |(log, mut number)| {
                    log.borrow_mut().push(*number);
                    *number += 10;
                })
            }
        });
        let doubled = runtime.when(&number, |mut number| {
            *number *= 2;
            *number
        });
        runtime.when((&number, pinned(&log), &doubled), |(number, log, _)| log.borrow_mut().push(*number));
        let theirs = other.join().expect("no panic");
        let length = runtime.when(pinned(&log), |log| log.borrow().len());
        theirs.join().expect("no panic");
        runtime.quiesce();
        assert!(length.join().expect("no panic") >= 1);
        let log = main.with(&log, |log| log.borrow().clone()).expect("nothing runs");
        assert!(log == [1, 22] || log == [2, 12] || log == [2, 2], "{log:?}");
    });
}

#[test]
fn the_wake_hook_is_called_at_each_edge() {
    explore(|| {
        let runtime = runtime();
        let main = MainThread::claim().expect("not claimed");
        let frames = PinnedCown::new(&main, 0);
        let woken = Arc::new(Parker::new());
        main.set_wake_hook({
            let woken = Arc::clone(&woken);
            move || woken.unpark()
        });
        let others = [frames.clone(), frames.clone()].map(|frames| {
            beside(&runtime, move |runtime| {
                runtime.when(pinned(&frames), |mut frames| *frames += 1);
            })
        });
        // A host's loop: it pumps when the hook has woken it, and only then; one behavior at a time, then all.
        let mut executed = 0;
        while executed < 2 {
            woken.park();
            let one = std::num::NonZeroUsize::MIN;
            executed += main.pump_with(PumpLimits::new().max_behaviors(one)).executed;
            executed += main.pump().executed;
        }
        for other in others {
            other.join().expect("no panic");
        }
        assert_eq!(main.with(&frames, |frames| *frames), Ok(2));
    });
}

#[test]
fn a_home_closes_while_behaviors_arrive() {
    explore(|| {
        let (runtime, dropped, counted) = (runtime(), Count::default(), Count::default());
        let main = MainThread::claim().expect("not claimed");
        let value = PinnedCown::new(&main, Stays::new(&dropped));
        let plain = Cown::new(());
        let other = beside(&runtime, {
            let (value, plain, counted) = (value.clone(), plain.clone(), counted.clone());
            move |runtime| {
                let first = runtime.when((&plain, pinned(&value)), {
                    let counted = counted.clone();
                    move |(_, value)| {
                        value.check();
                        counted.add();
                    }
                });
                let second = runtime.when(pinned(&value), move |value| {
                    value.check();
                    counted.add();
                });
                [first, second]
            }
        });
        let executed = main.pump().executed;
        drop(main);
        assert_eq!(dropped.get(), 1);
        let promises = other.join().expect("no panic");
        let cancelled = promises.into_iter().filter_map(|promise| promise.join().err());
        let cancelled: Vec<_> = cancelled.map(|failure| failure.kind()).collect();
        assert!(cancelled.iter().all(|kind| *kind == FailureKind::Cancelled));
        assert_eq!(executed + cancelled.len(), 2);
        assert_eq!(counted.get(), executed);
        runtime.when(&plain, |_| ()).join().expect("given back");
        drop(value);
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn the_last_handle_is_dropped_elsewhere() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let main = MainThread::claim().expect("not claimed");
        let value = PinnedCown::new(&main, Stays::new(&dropped));
        let used = runtime.when(pinned(&value), |value| value.check());
        let worker = runtime.when((), {
            let value = value.clone();
            move |()| drop(value)
        });
        let other = thread::spawn(move || drop(value));
        used.join().expect("no panic");
        worker.join().expect("no panic");
        other.join().expect("no panic");
        runtime.quiesce();
        main.pump();
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn bodies_that_stay() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let main = MainThread::claim().expect("not claimed");
        let cown = Cown::new(1);
        let [run, panics, left] = [(); 3].map(|()| Stays::new(&dropped));
        runtime.when(&cown, |mut number| {
            pause();
            *number += 1;
        });
        let (first, second) = runtime.enter(|| {
            let first = main.when(&cown, move |number| {
                run.check();
                *number
            });
            let second = main.when(&cown, move |_| -> () {
                panics.check();
                fail("as expected")
            });
            (first, second)
        });
        assert_eq!(first.join().expect("no panic"), 2);
        assert_eq!(second.join().expect_err("it panics").kind(), FailureKind::Panicked);
        let third = runtime.enter(|| main.when(&cown, move |_| left.check()));
        let after = runtime.when(&cown, |_| ());
        drop(main);
        assert_eq!(dropped.get(), 3);
        assert_eq!(third.join().expect_err("nobody pumps").kind(), FailureKind::Cancelled);
        after.join().expect("given back");
    });
}

#[test]
fn two_threads_pump_for_each_other() {
    explore(|| {
        let runtime = runtime();
        let main = MainThread::claim().expect("not claimed");
        let (here, plain) = (PinnedCown::new(&main, 0), Cown::new(0));
        let (hand_over, handed) = Promise::new();
        let (schedule, scheduled) = Promise::new();
        let (end, ended) = Promise::new();
        let other = beside(&runtime, {
            let (here, plain) = (here.clone(), plain.clone());
            move |runtime| {
                let main = MainThread::claim().expect("not claimed");
                let there = PinnedCown::new(&main, 0);
                hand_over.resolve(there.clone());
                let theirs = runtime.when((&plain, pinned(&here)), |(mut plain, mut here)| {
                    *plain += 1;
                    *here += 1;
                });
                let own = runtime.when((pinned(&there), &plain), |(mut there, mut plain)| {
                    *plain += 1;
                    *there += 1;
                });
                theirs.join().expect("the other thread pumps");
                own.join().expect("waiting pumps");
                scheduled.join().expect("the other thread does");
                runtime.quiesce();
                end.resolve(main.with(&there, |there| *there).expect("nothing runs"));
            }
        });
        let there = handed.join().expect("handed over");
        runtime.when((&plain, pinned(&there)), |(mut plain, mut there)| {
            *plain += 1;
            *there += 1;
        });
        schedule.resolve(());
        assert_eq!(ended.join().expect("waiting pumps"), 2);
        assert_eq!(main.with(&here, |here| *here), Ok(1));
        other.join().expect("no panic");
        assert_eq!(plain.try_into_inner().expect("the only handle"), 3);
    });
}

#[test]
fn a_leaked_home_is_closed_with_its_thread() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let (hand_over, handed) = Promise::new();
        let other = beside(&runtime, {
            let value = dropped.dropped();
            move |_| {
                let main = MainThread::claim().expect("not claimed");
                let there = PinnedCown::new(&main, value);
                hand_over.resolve(there.clone());
                std::mem::forget((main, there));
            }
        });
        let there = handed.join().expect("handed over");
        // It arrives before the thread's end, while that closes the home, or afterwards.
        let first = runtime.when(pinned(&there), |_| ());
        assert_eq!(first.join().expect_err("the token is leaked").kind(), FailureKind::Cancelled);
        other.join().expect("no panic");
        let second = runtime.when(pinned(&there), |_| ());
        assert_eq!(second.join().expect_err("the thread has ended").kind(), FailureKind::Cancelled);
        runtime.quiesce();
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn a_watchdog_ends_with_its_setting_or_with_the_home() {
    explore(|| {
        let runtime = runtime();
        let main = MainThread::claim().expect("not claimed");
        let frames = PinnedCown::new(&main, 0);
        // The program does not end before the watchdogs' threads do.
        let watchdog =
            || Watchdog::new(Duration::from_secs(1)).on_starve(|_| unreachable!("time stands still"));
        main.set_watchdog(Some(watchdog()));
        let other = beside(&runtime, {
            let frames = frames.clone();
            move |runtime| runtime.when(pinned(&frames), |mut frames| *frames += 1)
        });
        main.set_watchdog(Some(watchdog()));
        other.join().expect("no panic").join().expect("waiting pumps");
        assert_eq!(main.with(&frames, |frames| *frames), Ok(1));
    });
}

#[test]
fn upgrades_and_a_behavior_meet_a_value_that_is_taken_out() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let main = MainThread::claim().expect("not claimed");
        let cown = PinnedCown::new(&main, Rc::new(Stays::new(&dropped)));
        let other = beside(&runtime, {
            let weak = cown.downgrade();
            move |runtime| {
                if let Some(cown) = weak.upgrade() {
                    runtime.when(pinned(&cown), |value| value.check());
                }
                weak.upgrade().is_some()
            }
        });
        let mut taken = cown.try_into_inner(&main);
        for _ in 0..2 {
            main.pump();
            taken = taken.or_else(|cown| cown.try_into_inner(&main));
        }
        other.join().expect("no panic");
        runtime.quiesce();
        let Ok(value) = taken.or_else(|cown| cown.try_into_inner(&main)) else { panic!("no other handle") };
        assert_eq!((dropped.get(), Rc::strong_count(&value)), (0, 1));
        drop(value);
        main.pump();
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn a_body_makes_a_pinned_cown_whose_last_handle_ends_elsewhere() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let main = MainThread::claim().expect("not claimed");
        let windows = PinnedCown::new(&main, Vec::new());
        let other = beside(&runtime, {
            let (windows, dropped) = (windows.clone(), dropped.clone());
            move |runtime| {
                runtime.when(pinned(&windows), move |mut windows| {
                    let made = PinnedCown::new(Acquired::home(&windows), Rc::new(Stays::new(&dropped)));
                    windows.push(made.downgrade());
                    made
                })
            }
        });
        let made = other.join().expect("no panic");
        let ends = runtime.when(&made, |made| drop(made.clone()));
        drop(made);
        ends.join().expect("no panic");
        runtime.quiesce();
        main.pump();
        assert_eq!(dropped.get(), 1);
        let weak = main.with(&windows, |windows| windows.pop()).expect("nothing runs");
        assert!(weak.expect("one was made").upgrade().is_none());
    });
}
