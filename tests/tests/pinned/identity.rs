//! Promise: a behavior that requests a pinned cown runs on that cown's home thread, whatever else it requests; its
//! value may be anything, `Rc` included, and everything unpinned runs on the workers.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::channel;
use std::thread::{self, ThreadId};

use boc::prelude::*;
use boc_tests::{on_home, on_workers, panic_message};

fn here() -> ThreadId {
    thread::current().id()
}

#[test]
fn pinned_bodies_run_on_the_home_thread_and_others_do_not() {
    on_home(2, |main| {
        let (pinned, plain) = (PinnedCown::new(main, 1), Cown::new(1));
        assert_eq!(pinned.home(), here());
        assert_eq!(when!(pinned pinned => { *pinned += 1; here() }).join().unwrap(), here());
        assert_ne!(when!(plain => { *plain += 1; here() }).join().unwrap(), here());
        assert_ne!(when!(=> here()).join().unwrap(), here());
    });
}

#[test]
fn the_prefix_decides_and_any_name_will_do() {
    on_home(2, |main| {
        let canvas = PinnedCown::new(main, vec![0_u8; 4]);
        let (at, value) = (2, 9);
        when!(pinned canvas => canvas[at] = value);
        let seen = when!(pinned view = canvas => view.clone());
        assert_eq!(seen.join().unwrap(), [0, 0, 9, 0]);
        let seen = when(pinned(&canvas), |canvas| canvas.len());
        assert_eq!(seen.join().unwrap(), 4);
        #[boc::attr::when(pinned canvas)]
        fn cleared(canvas: &mut Vec<u8>, value: u8) -> bool {
            let had = canvas.contains(&value);
            canvas.clear();
            had
        }
        assert!(cleared.join().unwrap());
    });
}

#[test]
fn any_mix_with_plain_and_shared_cowns_and_promises_runs_at_home() {
    on_home(4, |main| {
        let (pinned, other) = (PinnedCown::new(main, 0), PinnedCown::new(main, 10));
        let (plain, shared, group) = (Cown::new(1), Cown::new(2), vec![Cown::new(3), Cown::new(4)]);
        for _ in 0..50 {
            let promise = when!(=> 5);
            let ran = when!(plain, pinned pinned, read shared, group, promise, pinned other => {
                *pinned += *plain + *shared + group[0] + group[1] + *promise + *other;
                *plain += 1;
                here()
            });
            assert_eq!(ran.join().unwrap(), here());
        }
        let sum: i32 = (0..50).map(|i| 1 + i + 2 + 3 + 4 + 5 + 10).sum();
        assert_eq!(when!(pinned pinned => *pinned).join().unwrap(), sum);
    });
}

#[test]
fn values_that_must_not_be_sent_stay_and_are_shared_only_here() {
    on_home(2, |main| {
        let list = Rc::new(RefCell::new(Vec::new()));
        let pinned = PinnedCown::new(main, Rc::clone(&list));
        for i in 0..100 {
            let part = when!(=> i * i);
            when!(pinned pinned, part => pinned.borrow_mut().push(*part));
        }
        quiesce();
        assert_eq!(*list.borrow(), (0..100).map(|i| i * i).collect::<Vec<_>>());
    });
}

#[test]
fn handles_travel_and_schedule_from_anywhere() {
    on_home(2, |main| {
        let pinned = PinnedCown::new(main, Rc::new(0));
        let from_thread = thread::scope(|scope| {
            scope
                .spawn(|| when!(pinned pinned => { *pinned = Rc::new(**pinned + 1); here() }))
                .join()
                .unwrap()
        });
        let from_body = when!(clone pinned => {
            when!(pinned pinned => { *pinned = Rc::new(**pinned + 1); here() })
        });
        assert_eq!(from_body.join().unwrap().join().unwrap(), here());
        assert_eq!(from_thread.join().unwrap(), here());
        assert_eq!(when!(pinned pinned => **pinned).join().unwrap(), 2);
    });
}

#[test]
fn a_pinned_body_schedules_on_its_guard_and_on_workers() {
    on_home(2, |main| {
        let (pinned, plain) = (PinnedCown::new(main, Rc::new(1)), Cown::new(1));
        let threads = when!(pinned pinned, plain => {
            *plain += **pinned;
            let again = when!(pinned pinned => { *pinned = Rc::new(5); here() });
            let away = when!(plain => { *plain *= 10; here() });
            (again, away)
        });
        let (again, away) = threads.join().unwrap();
        assert_eq!(again.join().unwrap(), here());
        assert_ne!(away.join().unwrap(), here());
        assert_eq!(when!(plain, pinned pinned => *plain + **pinned).join().unwrap(), 25);
    });
}

#[test]
fn order_holds_on_cowns_shared_by_pinned_and_unpinned_behaviors() {
    on_home(4, |main| {
        let (pinned, log) = (PinnedCown::new(main, ()), Cown::new(Vec::new()));
        for i in 0..500 {
            if i % 3 == 0 {
                when!(pinned pinned, log => { let () = *pinned; log.push(i) });
            } else {
                when!(log => log.push(i));
            }
        }
        assert_eq!(when!(log => log.clone()).join().unwrap(), (0..500).collect::<Vec<_>>());
    });
}

#[test]
fn groups_of_pinned_cowns() {
    on_home(2, |main| {
        let cells: Vec<PinnedCown<Rc<i32>>> = (0..5).map(|i| PinnedCown::new(main, Rc::new(i))).collect();
        let sum = when!(pinned cells => {
            cells[0] = Rc::new(100);
            (cells.iter().map(|cell| **cell).sum::<i32>(), here())
        });
        assert_eq!(sum.join().unwrap(), (110, here()));
        let result = when!(pinned cells => cells.len());
        assert_eq!(result.join().unwrap(), 5);
    });
}

#[test]
fn a_thread_is_claimed_once_and_again_after_it_was_given_up() {
    on_workers(1, || {
        let main = MainThread::claim().expect("the first time");
        let refused = MainThread::claim().expect_err("the second time");
        assert!(!refused.to_string().is_empty());
        boc_tests::scope(|scope| {
            scope.spawn(|| MainThread::claim().map(drop).expect("another thread is its own"));
        });
        drop(main);
        MainThread::claim().map(drop).expect("given up, so free again");
    });
}

#[test]
fn several_home_threads_pump_each_their_own() {
    on_workers(4, || {
        let total = Cown::new(0);
        boc_tests::scope(|scope| {
            for home in 0..3 {
                let total = &total;
                scope.spawn(move || {
                    let main = MainThread::claim().unwrap();
                    let runtime = Runtime::builder().workers(1).build().unwrap();
                    let pinned = PinnedCown::new(&main, Rc::new(home));
                    runtime.enter(|| {
                        for _ in 0..100 {
                            let ran = when!(pinned pinned, total => { *total += **pinned; here() });
                            assert_eq!(ran.join().unwrap(), here());
                        }
                    });
                });
            }
        });
        assert_eq!(when!(total => *total).join().unwrap(), 300);
    });
}

#[test]
fn behaviors_of_one_home_thread_may_ping_pong_with_another() {
    on_workers(2, || {
        let (to_first, from_second) = channel();
        let (to_second, from_first) = channel::<PinnedCown<Rc<u32>>>();
        let other = thread::spawn(move || {
            let main = MainThread::claim().unwrap();
            to_first.send(PinnedCown::new(&main, Rc::new(0))).unwrap();
            let theirs = from_first.recv().unwrap();
            let runtime = Runtime::builder().workers(1).build().unwrap();
            for _ in 0..100 {
                let seen =
                    runtime.enter(|| when!(pinned theirs => { *theirs = Rc::new(**theirs + 1); **theirs }));
                seen.join().unwrap();
            }
            from_first.recv().expect_err("until the other side is done; this thread pumps no more");
        });
        let main = MainThread::claim().unwrap();
        let mine = PinnedCown::new(&main, Rc::new(0));
        let theirs = from_second.recv().unwrap();
        assert_ne!(theirs.home(), mine.home());
        to_second.send(mine.clone()).unwrap();
        let mut seen = 0;
        while seen < 100 {
            seen = when!(pinned mine => **mine).join().unwrap();
        }
        drop(to_second);
        other.join().unwrap();
    });
}

#[test]
fn a_set_with_cowns_of_two_home_threads_is_refused_at_the_call() {
    on_home(1, |main| {
        let mine = PinnedCown::new(main, 1);
        let plain = Cown::new(1);
        let theirs = thread::spawn(|| {
            let main = MainThread::claim().unwrap();
            PinnedCown::new(&main, 2)
        });
        let theirs = theirs.join().unwrap();
        let message = panic_message(|| when!(plain, pinned mine, pinned theirs => *plain = *mine + *theirs));
        assert!(message.contains("thread"), "{message}");
        let refused = boc::try_when((&plain, pinned(&mine), pinned(&theirs)), |_| ());
        assert!(refused.is_err());
        // Nothing was scheduled and nothing is held.
        assert_eq!(when!(plain, pinned mine => *plain + *mine).join().unwrap(), 2);
    });
}

/// A guard does not show by its type whose it is.
#[test]
fn the_guard_of_a_pinned_cown_is_requested_with_pinned_and_that_of_another_without() {
    on_home(1, |main| {
        let (canvas, plain) = (PinnedCown::new(main, 1), Cown::new(1));
        let said = when!(pinned canvas, plain => {
            let refused = [boc::try_when(&canvas, |_| ()).err(), boc::try_when(pinned(&plain), |_| ()).err()];
            let right = (when!(pinned canvas => { *canvas += 1; *canvas }), when!(plain => { *plain += 2; *plain }));
            (refused.map(|refused| refused.expect("refused")), right)
        });
        let (refused, (canvas, plain)) = said.join().unwrap();
        assert_eq!(refused.map(|refused| refused.positions()), [None, None]);
        let [of_pinned, of_plain] = refused.map(|refused| refused.to_string());
        assert!(of_pinned.contains("write `pinned NAME`"), "{of_pinned}");
        assert!(of_plain.contains("without `pinned`"), "{of_plain}");
        assert_eq!((canvas.join().unwrap(), plain.join().unwrap()), (2, 3));
    });
}
