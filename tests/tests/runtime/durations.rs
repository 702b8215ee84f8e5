//! Promise: a duration that the clock cannot reach means *never*, wherever one is taken: it neither panics nor overflows.

use std::num::NonZeroUsize;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{LIMIT, on_home, on_workers, within};

/// The longest one, and some that are near what clocks and system calls can take.
fn long() -> Vec<Duration> {
    let seconds = [i64::MAX as u64, i64::MAX as u64 / 2, 1 << 53, u64::from(u32::MAX)];
    [Duration::MAX].into_iter().chain(seconds.map(Duration::from_secs)).collect()
}

fn slow() {
    thread::sleep(Duration::from_millis(20));
}

#[test]
fn waits_with_a_long_limit_wait() {
    on_workers(1, || {
        for time in long() {
            assert_eq!(when!(=> { slow(); 1 }).join_timeout(time).expect("in time").expect("runs"), 1);
            when!(=> slow());
            boc::quiesce_timeout(time).expect("in time");
            Runtime::builder().workers(1).build().expect("a thread").quiesce_timeout(time).expect("in time");
        }
    });
}

#[test]
fn waits_with_a_long_poll_interval_wait() {
    on_home(1, |main| {
        for time in long() {
            main.set_poll_interval(time);
            when!(=> slow()).join().expect("runs");
            when!(=> slow()).join_timeout(time).expect("in time").expect("runs");
            boc::scope(|s| drop(s.when((), |()| slow())));
            when!(=> slow());
            quiesce();
        }
        main.set_poll_interval(Duration::ZERO); // never asleep
        when!(=> slow()).join().expect("runs");
    });
}

#[test]
fn a_pump_with_a_long_deadline_has_none() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, 0);
        for time in long() {
            when!(pinned canvas => *canvas += 1);
            when!(pinned canvas => *canvas += 1);
            let result = main.pump_with(PumpLimits::new().deadline(time));
            assert_eq!((result.executed, result.deadline_reached), (2, false));
        }
        let both = PumpLimits::new().deadline(Duration::MAX).max_behaviors(NonZeroUsize::MIN);
        assert_eq!(main.pump_with(both).executed, 0);
    });
}

#[test]
fn a_watchdog_with_a_long_threshold_never_tells_and_can_be_replaced() {
    on_home(1, |main| {
        for time in long() {
            let (tell, told) = channel();
            let canvas = PinnedCown::new(main, ());
            main.set_watchdog(Some(Watchdog::new(time).on_starve(move |_| tell.send(()).expect("listens"))));
            when!(pinned canvas => { let _ = &canvas; });
            slow();
            assert!(told.try_recv().is_err_and(|error| error == std::sync::mpsc::TryRecvError::Empty));
            main.set_watchdog(None);
            told.recv_timeout(LIMIT / 2).expect_err("its thread ends, and drops what tells");
            main.pump();
        }
    });
}

#[test]
fn a_simulated_runtime_takes_them_too() {
    within(LIMIT, || {
        let (runtime, main) = (Runtime::simulated(1), MainThread::claim().expect("a fresh thread"));
        main.set_poll_interval(Duration::MAX);
        for time in long() {
            assert_eq!(runtime.when((), |()| 1).join_timeout(time).expect("in time").expect("runs"), 1);
            runtime.quiesce_timeout(time).expect("in time");
            assert!(!main.pump_with(PumpLimits::new().deadline(time)).deadline_reached);
        }
    });
}
