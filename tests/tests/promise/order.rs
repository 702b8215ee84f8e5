//! Promise: order. Behaviors with a cown in common, at least one of them holding it exclusively, run in the order
//! they were scheduled in, where one scheduling happens before the other. Nothing else is ordered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

use boc::prelude::*;
use boc_tests::{Gate, on_at_least, on_workers};

const MANY: u32 = 2_000;

#[test]
fn one_cown_runs_its_behaviors_in_scheduling_order() {
    for workers in [1, 4] {
        on_workers(workers, || {
            let log = Cown::new(Vec::new());
            for i in 0..MANY {
                when!(log => log.push(i));
            }
            let seen = when!(log => std::mem::take(&mut *log)).join().unwrap();
            assert_eq!(seen, (0..MANY).collect::<Vec<_>>());
        });
    }
}

#[test]
fn overlapping_sets_keep_the_order_on_every_cown_they_share() {
    on_workers(4, || {
        let logs: Vec<Cown<Vec<u32>>> = (0..3).map(|_| Cown::new(Vec::new())).collect();
        for i in 0..MANY {
            let pair = [&logs[i as usize % 3], &logs[(i as usize + 1) % 3]];
            when!(pair => {
                pair[0].push(i);
                pair[1].push(i);
            });
        }
        for (at, log) in logs.iter().enumerate() {
            let seen = when!(log => log.clone()).join().unwrap();
            let expected: Vec<u32> =
                (0..MANY).filter(|i| *i as usize % 3 == at || (*i as usize + 1) % 3 == at).collect();
            assert_eq!(seen, expected, "cown {at}");
        }
    });
}

#[test]
fn a_set_listed_in_another_order_is_still_served_in_scheduling_order() {
    on_workers(4, || {
        let (a, b) = (Cown::new(Vec::new()), Cown::new(Vec::new()));
        for i in 0..MANY {
            if i % 2 == 0 {
                when!(a, b => { a.push(i); b.push(i); });
            } else {
                when!(b, a => { a.push(i); b.push(i); });
            }
        }
        let all: Vec<u32> = (0..MANY).collect();
        assert_eq!(when!(a => a.clone()).join().unwrap(), all);
        assert_eq!(when!(b => b.clone()).join().unwrap(), all);
    });
}

#[test]
fn order_holds_between_threads_when_one_scheduling_happens_before_the_other() {
    on_workers(4, || {
        let log = Cown::new(Vec::new());
        let here = Runtime::builder().workers(2).build().unwrap();
        let (to_other, from_here) = channel();
        let (to_here, from_other) = channel();
        boc_tests::scope(|scope| {
            scope.spawn(|| {
                for i in from_here {
                    here.enter(|| when!(log => log.push(i)));
                    to_here.send(()).unwrap();
                }
            });
            for i in 0..500 {
                when!(log => log.push(2 * i));
                to_other.send(2 * i + 1).unwrap();
                from_other.recv().unwrap();
            }
            drop(to_other);
        });
        let seen = when!(log => log.clone()).join().unwrap();
        assert_eq!(seen, (0..1000).collect::<Vec<_>>());
    });
}

#[test]
fn behaviors_scheduled_by_a_body_keep_their_order_and_come_after_it() {
    on_workers(4, || {
        let (log, start) = (Cown::new(Vec::new()), Cown::new(()));
        when!(start, log => {
            let _ = &start;
            for i in 1..=100 {
                when!(log => log.push(i));
            }
            log.push(0);
        });
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), (0..=100).collect::<Vec<_>>());
    });
}

#[test]
fn a_behavior_that_still_waits_for_one_cown_holds_its_place_on_the_other() {
    on_workers(4, || {
        let (a, b, gate) = (Cown::new(()), Cown::new(Vec::new()), Gate::new());
        when!(a, clone gate => { let _ = &a; gate.pass() });
        when!(a, b => { let _ = &a; b.push("first") });
        when!(b => b.push("second"));
        gate.until_waiting(1);
        gate.open();
        assert_eq!(when!(b => b.clone()).join().unwrap(), ["first", "second"]);
    });
}

#[test]
fn without_a_common_cown_there_is_no_order() {
    on_at_least(2, || {
        let (slow, quick, gate) = (Cown::new(()), Cown::new(0), Gate::new());
        let held = when!(slow, clone gate => { let _ = &slow; gate.pass() });
        // Finishes although everything scheduled before it is stuck: this would hang if it were ordered.
        assert_eq!(when!(quick => { *quick += 1; *quick }).join().unwrap(), 1);
        assert!(!held.is_finished());
        gate.open();
        held.join().unwrap();
    });
}

#[test]
fn when_returns_before_its_body_runs() {
    on_workers(1, || {
        let (cown, gate, ran) = (Cown::new(()), Gate::new(), Arc::new(AtomicBool::new(false)));
        when!(cown, clone gate => { let _ = &cown; gate.pass() });
        let later = when!(cown, clone ran => { let _ = &cown; ran.store(true, Ordering::SeqCst) });
        assert!(!ran.load(Ordering::SeqCst), "the gate is still closed");
        gate.open();
        later.join().unwrap();
        assert!(ran.load(Ordering::SeqCst));
    });
}
