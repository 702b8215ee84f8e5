//! Promise: the watchdog tells when pinned behaviors wait and nobody pumps, at most once a threshold, from a thread of
//! its own; unpinned work never trips it.

use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_tests::on_home;

const THRESHOLD: Duration = Duration::from_millis(20);

fn watch(main: &MainThread) -> Receiver<Starvation> {
    let (tell, told) = channel();
    main.set_watchdog(Some(Watchdog::new(THRESHOLD).on_starve(move |starvation| {
        let _ = tell.send(starvation);
    })));
    told
}

#[test]
fn it_tells_age_and_depth_and_tells_again() {
    on_home(1, |main| {
        let told = watch(main);
        let canvas = PinnedCown::new(main, ());
        let other = PinnedCown::new(main, ());
        when!(pinned canvas => { let _ = &canvas; });
        when!(pinned other => { let _ = &other; });
        let first = told.recv().expect("nobody pumps");
        assert!(first.age >= THRESHOLD && first.depth == 2, "{first:?}");
        let second = told.recv().expect("still nobody pumps");
        assert!(second.age >= first.age + THRESHOLD, "at most once a threshold: {first:?} {second:?}");
        main.pump();
    });
}

#[test]
fn pumping_in_time_keeps_it_quiet_and_starts_the_time_anew() {
    on_home(1, |main| {
        let (tell, told) = channel();
        let long = Duration::from_secs(60);
        main.set_watchdog(Some(
            Watchdog::new(long).on_starve(move |starvation| tell.send(starvation).unwrap()),
        ));
        let canvas = PinnedCown::new(main, ());
        for _ in 0..10 {
            when!(pinned canvas => { let _ = &canvas; });
            main.pump();
        }
        assert_eq!(told.try_recv().ok(), None);
    });
}

#[test]
fn work_that_is_not_pinned_never_trips_it() {
    on_home(1, |main| {
        let told = watch(main);
        let until = Instant::now() + 5 * THRESHOLD;
        let cown = Cown::new(0);
        while Instant::now() < until {
            when!(cown => *cown += 1);
            thread::yield_now();
        }
        assert_eq!(told.try_recv().ok(), None);
    });
}

#[test]
fn it_can_be_replaced_and_ended_at_any_time() {
    on_home(1, |main| {
        let first = watch(main);
        let canvas = PinnedCown::new(main, ());
        when!(pinned canvas => { let _ = &canvas; });
        first.recv().expect("told");
        let second = watch(main);
        // Something waits all the time. A sender goes with its watchdog's thread, which may have told more than once.
        while first.recv().is_ok() {}
        second.recv().expect("the new one tells of what waits already");
        main.set_watchdog(None);
        while second.recv().is_ok() {}
        main.pump();
    });
}

#[test]
fn a_sink_that_panics_is_contained() {
    on_home(1, |main| {
        let (tell, told) = channel();
        main.set_watchdog(Some(Watchdog::new(THRESHOLD).on_starve(move |_| {
            let _ = tell.send(());
            panic!("a sink that panics");
        })));
        let canvas = PinnedCown::new(main, ());
        when!(pinned canvas => { let _ = &canvas; });
        told.recv().expect("told");
        told.recv().expect("and again: its thread lives");
        main.pump();
    });
}
