//! Promise: waiting on a claimed thread pumps: `join`, `quiesce`, `wait` and the end of `#[boc::main]` run what is
//! queued for the thread meanwhile, and are woken by its arrival.

use std::rc::Rc;
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Gate, LIMIT, on_home};

#[test]
fn join_pumps_what_it_waits_for() {
    on_home(1, |main| {
        let pinned = PinnedCown::new(main, Rc::new(1));
        assert_eq!(when!(pinned pinned => **pinned).join().unwrap(), 1);
        let at_home = when!(pinned pinned => **pinned + 1);
        let on_a_worker = when!(at_home => *at_home + 1);
        assert_eq!(on_a_worker.join().unwrap(), 3);
    });
}

#[test]
fn join_is_woken_by_work_that_arrives_while_it_waits() {
    on_home(2, |main| {
        main.set_poll_interval(LIMIT * 1_000);
        let (pinned, gate) = (PinnedCown::new(main, Rc::new(0)), Gate::new());
        for i in 1..=100 {
            let first = when!(clone gate => { gate.pass(); i });
            let second = when!(pinned pinned, first => { *pinned = Rc::new(*first); **pinned });
            let third = when!(second => *second * 2);
            let opener = (i == 1).then(|| {
                let gate = gate.clone();
                thread::spawn(move || {
                    thread::sleep(Duration::from_millis(20));
                    gate.open();
                })
            });
            assert_eq!(third.join().unwrap(), 2 * i);
            if let Some(opener) = opener {
                opener.join().unwrap();
            }
        }
    });
}

#[test]
fn join_timeout_pumps_and_still_ends() {
    on_home(1, |main| {
        let (pinned, gate) = (PinnedCown::new(main, 1), Gate::new());
        let stuck = when!(clone gate => gate.pass());
        let other = when!(pinned pinned => { *pinned += 1; *pinned });
        let stuck = stuck.join_timeout(Duration::from_millis(100)).unwrap_err();
        assert!(other.is_finished(), "it was pumped meanwhile");
        gate.open();
        stuck.join().unwrap();
        let at_home = when!(pinned pinned => *pinned);
        assert_eq!(at_home.join_timeout(LIMIT).unwrap().unwrap(), 2);
    });
}

#[test]
fn quiesce_pumps_until_nothing_is_left_anywhere() {
    on_home(2, |main| {
        let (pinned, plain) = (PinnedCown::new(main, Rc::new(0)), Cown::new(0));
        for _ in 0..50 {
            when!(plain => {
                *plain += 1;
                when!(pinned pinned, plain => {
                    *pinned = Rc::new(**pinned + 1);
                    when!(plain => *plain += 1);
                });
            });
        }
        quiesce();
        assert_eq!(main.with(&pinned, |pinned| **pinned).unwrap(), 50);
        assert_eq!(when!(plain => *plain).join().unwrap(), 100);
    });
}

#[test]
fn quiesce_timeout_pumps_too() {
    on_home(1, |main| {
        let pinned = PinnedCown::new(main, 0);
        for _ in 0..10 {
            when!(pinned pinned => *pinned += 1);
        }
        boc::quiesce_timeout(LIMIT).expect("it pumps");
        assert_eq!(main.with(&pinned, |pinned| *pinned).unwrap(), 10);
    });
}

#[test]
fn quiesce_of_a_runtime_by_name_pumps_too() {
    on_home(1, |main| {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let pinned = PinnedCown::new(main, 0);
        runtime.enter(|| when!(pinned pinned => *pinned += 1));
        runtime.quiesce();
        assert_eq!(main.with(&pinned, |pinned| *pinned).unwrap(), 1);
    });
}

#[test]
fn a_failed_pinned_behavior_ends_the_wait_too() {
    on_home(1, |main| {
        let pinned = PinnedCown::new(main, 0);
        let failed: Promise<()> = when!(pinned pinned => { *pinned = 1; panic!("at home") });
        let next = when!(failed => *failed);
        assert_eq!(next.join().unwrap_err().message(), "at home");
        assert_eq!(main.with(&pinned, |pinned| *pinned).unwrap(), 1);
    });
}

#[test]
fn another_thread_waits_while_the_home_thread_pumps() {
    on_home(1, |main| {
        let pinned = PinnedCown::new(main, 5);
        let promise = when!(pinned pinned => *pinned);
        thread::scope(|scope| {
            let joined = scope.spawn(|| promise.join().unwrap());
            while !joined.is_finished() {
                main.pump();
                thread::yield_now();
            }
            assert_eq!(joined.join().unwrap(), 5);
        });
    });
}

#[test]
fn many_small_waits_lose_no_wake_up() {
    on_home(2, |main| {
        main.set_poll_interval(LIMIT * 1_000);
        let pinned = PinnedCown::new(main, 0_u32);
        for i in 0..2_000 {
            let away = when!(=> i);
            let home = when!(pinned pinned, away => { *pinned += 1; *away });
            assert_eq!(home.join().unwrap(), i);
        }
        assert_eq!(main.with(&pinned, |pinned| *pinned).unwrap(), 2_000);
    });
}

/// Seen from outside: a thread that waits goes to sleep again and again, though nothing wakes it.
#[cfg(target_os = "linux")]
#[test]
fn the_poll_interval_bounds_how_long_a_wait_sleeps() {
    on_home(1, |main| {
        main.set_poll_interval(Duration::from_millis(1));
        let this = std::fs::read_link("/proc/thread-self").expect("Linux");
        let status = std::path::Path::new("/proc").join(this).join("status");
        let sleeps = move || {
            let status = std::fs::read_to_string(&status).expect("Linux");
            let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.and_then(|number| number.trim().parse::<u32>().ok()).expect("a number of sleeps")
        };
        let (resolver, promise) = Promise::new();
        let before = sleeps();
        thread::spawn(move || {
            while sleeps() < before + 20 {
                thread::yield_now();
            }
            resolver.resolve(());
        });
        promise.join().expect("resolved once the wait has slept many times");
    });
}
