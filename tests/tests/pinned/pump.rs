//! Promise: `pump` runs what is queued for this thread, one behavior after the other, until nothing is left or a
//! limit trips; it never blocks; it counts; a panic is counted, and resumed only when asked for, at the end.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Gate, message_of, on_home};

fn at_most(count: usize) -> PumpLimits {
    PumpLimits::new().max_behaviors(NonZeroUsize::new(count).expect("not zero"))
}

/// Schedules `count` behaviors that count in `cown`. They are in the queue when this returns: nothing else holds
/// the cown.
fn queue(cown: &PinnedCown<usize>, count: usize) {
    for _ in 0..count {
        when!(pinned cown => *cown += 1);
    }
}

#[test]
fn an_empty_queue_is_pumped_at_once() {
    on_home(1, |main| {
        let result = main.pump();
        assert_eq!((result.executed, result.deadline_reached, result.panicked), (0, false, 0));
    });
}

#[test]
fn pump_drains_the_queue_and_counts() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        queue(&cown, 100);
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 0, "nothing runs by itself");
        let result = main.pump();
        assert_eq!((result.executed, result.deadline_reached, result.panicked), (100, false, 0));
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 100);
        assert_eq!(main.pump().executed, 0);
    });
}

#[test]
fn pump_runs_what_its_behaviors_schedule_here() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        when!(pinned cown => {
            *cown += 1;
            when!(pinned cown => {
                *cown += 10;
                when!(pinned cown => *cown += 100);
            });
        });
        assert_eq!(main.pump().executed, 3);
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 111);
    });
}

#[test]
fn pump_does_not_wait_for_what_is_not_ready() {
    on_home(1, |main| {
        let (cown, busy, gate) = (PinnedCown::new(main, 0), Cown::new(0), Gate::new());
        when!(busy, clone gate => { gate.pass(); *busy = 5; });
        let later = when!(pinned cown, busy => *cown = *busy);
        gate.until_waiting(1);
        assert_eq!(main.pump().executed, 0); // would hang here if it waited: the gate is opened below
        assert!(!later.is_finished());
        gate.open();
        later.join().unwrap();
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 5);
    });
}

#[test]
fn a_limit_on_the_number_of_behaviors_is_exact() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        queue(&cown, 10);
        assert_eq!(main.pump_with(at_most(1)).executed, 1);
        assert_eq!(main.pump_with(at_most(4)).executed, 4);
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 5);
        let last = main.pump_with(at_most(50));
        assert_eq!((last.executed, last.deadline_reached), (5, false));
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 10);
    });
}

#[test]
fn a_limit_of_behaviors_also_counts_what_they_schedule() {
    fn endless(cown: &Acquired<'_, usize>) {
        when!(pinned cown => { *cown += 1; if *cown < 1_000 { endless(&cown) } });
    }
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        when!(pinned cown => endless(&cown));
        assert_eq!(main.pump_with(at_most(10)).executed, 10);
        assert_eq!(main.pump().executed, 991);
    });
}

#[test]
fn a_deadline_stops_before_the_next_behavior_not_inside_one() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        when!(pinned cown => { thread::sleep(Duration::from_millis(600)); *cown += 1; });
        queue(&cown, 2);
        let result = main.pump_with(PumpLimits::new().deadline(Duration::from_millis(500)));
        assert_eq!((result.executed, result.deadline_reached), (1, true));
        let rest = main.pump();
        assert_eq!((rest.executed, rest.deadline_reached), (2, false));
    });
}

#[test]
fn a_deadline_that_passes_with_nothing_left_was_not_reached() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        when!(pinned cown => { thread::sleep(Duration::from_millis(600)); *cown += 1; });
        let result = main.pump_with(PumpLimits::new().deadline(Duration::from_millis(500)));
        assert_eq!((result.executed, result.deadline_reached), (1, false));
    });
}

#[test]
fn a_deadline_that_does_not_pass_changes_nothing() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        queue(&cown, 20);
        let result = main.pump_with(PumpLimits::new().deadline(Duration::from_secs(3_600)));
        assert_eq!((result.executed, result.deadline_reached), (20, false));
    });
}

#[test]
fn panics_are_counted_and_the_rest_runs() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        let promises: Vec<_> =
            (0..6).map(|i| when!(pinned cown => { *cown += 1; assert!(i % 3 != 0, "number {i}") })).collect();
        let result = main.pump();
        assert_eq!((result.executed, result.panicked), (6, 2));
        let failed = promises.into_iter().filter_map(|promise| promise.join().err()).count();
        assert_eq!(failed, 2);
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 6);
    });
}

#[test]
fn resume_panics_goes_on_with_the_first_panic_when_the_queue_is_empty() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        let promises: Vec<_> = (0..5)
            .map(|i| when!(pinned cown => { *cown += 1; assert!(i == 0 || i == 4, "number {i}") }))
            .collect();
        let limits = PumpLimits::new().resume_panics(true);
        let payload = catch_unwind(AssertUnwindSafe(|| main.pump_with(limits))).expect_err("a panic");
        assert!(message_of(&*payload).contains("number 1"));
        assert_eq!(main.with(&cown, |value| *value).unwrap(), 5, "the rest has run");
        let failed: Vec<bool> = promises.into_iter().map(|promise| promise.join().is_err()).collect();
        assert_eq!(failed, [false, true, true, true, false]);
        // The thread can go on pumping.
        queue(&cown, 2);
        assert_eq!(main.pump_with(PumpLimits::new().resume_panics(true)).executed, 2);
    });
}

#[test]
fn resume_panics_without_a_panic_is_a_plain_pump() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        queue(&cown, 3);
        let result = main.pump_with(PumpLimits::new().resume_panics(true));
        assert_eq!((result.executed, result.panicked), (3, 0));
    });
}

#[test]
fn behaviors_run_one_after_the_other_in_the_order_they_became_ready() {
    on_home(1, |main| {
        let cowns: Vec<PinnedCown<()>> = (0..5).map(|_| PinnedCown::new(main, ())).collect();
        let log = Cown::new(Vec::new());
        for i in 0..50 {
            let cown = &cowns[i % 5];
            when!(pinned cown, log => { let () = *cown; log.push(i) });
        }
        quiesce();
        assert_eq!(when!(log => log.clone()).join().unwrap(), (0..50).collect::<Vec<_>>());
    });
}

/// A behavior whose request has failed is skipped, which is an end as any other.
#[test]
fn a_behavior_that_is_skipped_counts_as_executed() {
    on_home(1, |main| {
        let cown = PinnedCown::new(main, 0);
        let failed = when!(=> { assert_eq!(1, 2, "as expected"); 1 });
        let skipped = when!(pinned cown, failed => *cown += *failed);
        let result = loop {
            let result = main.pump();
            if result.executed != 0 {
                break result;
            }
        };
        assert_eq!((result.executed, result.panicked, result.remaining), (1, 0, 0));
        skipped.join().expect_err("its request has failed");
        assert_eq!(main.with(&cown, |value| *value), Ok(0));
    });
}
