//! Promise: a body schedules further behaviors: on the cown it holds (through its guard), on cowns it only mentions
//! (captured as cloned handles, without a word), at any depth, with loop variables as snapshots.

use boc::prelude::*;
use boc_tests::on_workers;

#[test]
fn a_guard_schedules_on_its_cown_again() {
    on_workers(2, || {
        let state = Cown::new(1);
        when!(state => {
            *state += 1;
            when!(state => *state *= 10);
            *state += 1;
        });
        quiesce();
        assert_eq!(when!(state => *state).join().unwrap(), 30);
    });
}

#[test]
fn a_guard_of_a_reader_schedules_a_reader_or_a_writer() {
    on_workers(2, || {
        let state = Cown::new(4);
        let outer = when!(read state => {
            let doubled = when!(read state => *state * 2);
            when!(state => *state = 0);
            doubled
        });
        assert_eq!(outer.join().unwrap().join().unwrap(), 8);
        quiesce();
        assert_eq!(when!(state => *state).join().unwrap(), 0);
    });
}

#[test]
fn a_promises_guard_can_be_requested_again() {
    on_workers(2, || {
        let source = when!(=> 5);
        let outer = when!(source => { *source += 1; when!(source => *source * 2) });
        assert_eq!(outer.join().unwrap().join().unwrap(), 12);
    });
}

#[test]
fn three_deep() {
    on_workers(2, || {
        let (a, b, c) = (Cown::new(0), Cown::new(0), Cown::new(0));
        when!(a => {
            *a += 1;
            when!(b, a => {
                *b += *a;
                when!(c, read a, read b => {
                    *c = *a + *b;
                });
            });
        });
        quiesce();
        assert_eq!(when!(a, b, c => (*a, *b, *c)).join().unwrap(), (1, 1, 2));
    });
}

#[test]
fn cowns_and_promises_named_in_a_nested_header_stay_usable_outside() {
    on_workers(2, || {
        let (outer, inner, promise) = (Cown::new(0), Cown::new(0), when!(=> 7));
        for _ in 0..3 {
            when!(outer => {
                *outer += 1;
                when!(inner, read promise => *inner += *promise);
            });
        }
        quiesce();
        // None of them has been moved into a body.
        assert_eq!(when!(outer, inner => (*outer, *inner)).join().unwrap(), (3, 21));
        assert_eq!(promise.join().unwrap(), 7);
    });
}

#[test]
fn handles_of_the_innermost_header_are_captured_by_every_level() {
    on_workers(2, || {
        let (a, b, deep) = (Cown::new(0), Cown::new(0), Cown::new(Vec::new()));
        for i in 0..3 {
            when!(a => {
                *a += 1;
                when!(b => {
                    *b += 1;
                    when!(deep => deep.push(i));
                });
            });
        }
        quiesce();
        let mut seen = when!(deep => std::mem::take(&mut *deep)).join().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2]);
    });
}

#[test]
fn a_loop_variable_is_a_snapshot() {
    on_workers(4, || {
        let log = Cown::new(Vec::new());
        for i in 0..5 {
            when!(=> { when!(log => log.push(i)); });
        }
        let mut counter = 0;
        while counter < 5 {
            when!(log, let counter = counter + 100 => log.push(counter));
            counter += 1;
        }
        quiesce();
        let mut seen = when!(log => log.clone()).join().unwrap();
        seen.sort_unstable();
        assert_eq!(seen, [0, 1, 2, 3, 4, 100, 101, 102, 103, 104]);
    });
}

#[test]
fn a_body_may_recurse_through_a_function() {
    fn countdown(cown: &Cown<u32>, trace: &Cown<Vec<u32>>) {
        when!(cown, trace => {
            trace.push(*cown);
            if *cown > 0 {
                *cown -= 1;
                again(&cown, &trace);
            }
        });
    }
    fn again(cown: &Acquired<'_, u32>, trace: &Acquired<'_, Vec<u32>>) {
        when!(cown, trace => {
            trace.push(*cown);
            if *cown > 0 {
                *cown -= 1;
                again(&cown, &trace);
            }
        });
    }
    on_workers(2, || {
        let (cown, trace) = (Cown::new(5), Cown::new(Vec::new()));
        countdown(&cown, &trace);
        quiesce();
        assert_eq!(when!(trace => trace.clone()).join().unwrap(), [5, 4, 3, 2, 1, 0]);
    });
}

#[test]
fn cowns_made_in_a_body_can_be_requested_and_returned() {
    on_workers(2, || {
        let outer = when!(=> {
            let fresh = Cown::new(1);
            when!(fresh => *fresh += 1);
            fresh
        });
        let fresh = outer.join().unwrap();
        assert_eq!(when!(fresh => *fresh).join().unwrap(), 2);
    });
}

#[test]
fn a_cown_inside_a_cown_can_be_requested_from_the_body() {
    struct Bank {
        accounts: Vec<Cown<i64>>,
        log: Cown<Vec<String>>,
    }
    on_workers(2, || {
        let log = Cown::new(Vec::new());
        let bank = Cown::new(Bank { accounts: vec![Cown::new(5), Cown::new(7)], log: log.clone() });
        when!(bank => {
            when!(bank.log => log.push("opened".into()));
            when!(first = bank.accounts[0], second = bank.accounts[1], bank.log => {
                *first += *second;
                *second = 0;
                log.push(format!("moved {}", *first));
            });
        });
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), ["opened", "moved 12"]);
    });
}

#[test]
fn a_group_named_in_a_nested_header_is_captured_too() {
    on_workers(2, || {
        let (gate, cells) = (Cown::new(3), vec![Cown::new(0), Cown::new(0)]);
        for _ in 0..2 {
            when!(gate => {
                let by = *gate;
                when!(cells => cells.iter_mut().for_each(|cell| *cell += by));
            });
        }
        quiesce();
        assert_eq!(when!(cells => (cells[0], cells[1])).join().unwrap(), (6, 6));
    });
}
