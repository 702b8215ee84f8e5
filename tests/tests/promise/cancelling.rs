//! Promise: what was scheduled through a `Cancel` and has not begun is skipped once it is cancelled: the promise fails
//! with `Cancelled`, the captures are dropped, the cowns pass on in order. What has begun runs to its end.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use boc::FailureKind::Cancelled;
use boc::prelude::*;
use boc::{batch, explore, is_cancelled, scope};
use boc_tests::{Drops, Gate, LIMIT, on_at_least, on_home, on_workers, stress, within};

fn fails<R: Send + 'static + std::fmt::Debug>(promise: Promise<R>) {
    let failure = promise.join().unwrap_err();
    assert_eq!(failure.kind(), Cancelled, "{failure}");
    assert_eq!(failure.message(), "cancelled before it ran: its `Cancel` was asked to");
    assert!(failure.location().is_some_and(|place| place.file().ends_with("cancelling.rs")), "{failure:?}");
}

#[test]
fn what_has_not_begun_is_skipped_and_the_others_keep_their_order() {
    on_workers(1, || {
        let (stop, gate, log) = (Cancel::new(), Gate::new(), Cown::new(Vec::new()));
        let (passing, stopping) = (gate.clone(), stop.clone());
        let begun = when!(in stop; log => {
            passing.pass();
            log.push("begun");
            (stopping.is_cancelled(), is_cancelled())
        });
        gate.until_waiting(1);
        let skipped = when!(in stop; log => log.push("skipped"));
        let other = when!(log => log.push("other"));
        stop.cancel();
        let late = when!(in stop; log => log.push("late"));
        gate.open();
        assert_eq!(begun.join().unwrap(), (true, true), "it runs to its end, and can ask");
        fails(skipped);
        other.join().unwrap();
        fails(late);
        assert_eq!(when!(log => log.clone()).join().unwrap(), ["begun", "other"]);
    });
}

#[test]
fn what_waits_for_a_resolver_is_given_up_in_the_call() {
    on_workers(1, || {
        let (stop, drops, cown) = (Cancel::new(), Drops::new(), Cown::new(0));
        let (resolver, answer) = Promise::<u8>::new();
        let token = drops.token();
        let waits = when!(in stop; answer, cown => { let _ = (&token, *answer); *cown += 1 });
        let behind = when!(cown => *cown);
        assert!(!waits.is_finished());
        stop.cancel();
        assert!(waits.is_finished(), "not when the resolver is used");
        assert_eq!(drops.count(), 1);
        fails(waits);
        assert_eq!(behind.join().unwrap(), 0, "its place is given up");
        resolver.resolve(1);
        assert_eq!(answer.join().unwrap(), 1);
    });
}

#[test]
fn what_waits_for_a_pump_is_given_up_in_the_call() {
    on_home(1, |main| {
        let (stop, drops) = (Cancel::new(), Drops::new());
        let canvas = PinnedCown::new(main, 0);
        let token = drops.token();
        let ready = when!(in stop; pinned canvas => { let _ = &token; *canvas += 1 });
        let token = drops.token();
        let at_home = main.with_cancel(&stop).when((), move |()| drop(token));
        stop.cancel();
        let pumped = main.pump();
        fails(ready);
        fails(at_home);
        assert_eq!(drops.count(), 2);
        assert_eq!(main.with(&canvas, |canvas| *canvas).unwrap(), 0);
        assert_eq!(pumped.panicked, 0);
    });
}

#[test]
fn it_goes_together_with_every_target() {
    on_home(1, |main| {
        let ours = Runtime::builder().workers(1).thread_name("ours").build().unwrap();
        let worker = || thread::current().name().unwrap_or_default().to_owned();
        let cown = Cown::new(1_usize);
        for cancelled in [false, true] {
            let stop = Cancel::new();
            if cancelled {
                stop.cancel();
            }
            let through_runtime = when!(in ours.with(&stop); read cown => { let _ = *cown; worker() });
            let name = String::from("borrowed");
            let mut through_scope = None;
            scope(|s| {
                let length = when!(in s.with(&stop); cown, let name = &name => *cown + name.len());
                through_scope = Some(length);
            });
            let through_batch = batch(|b| when!(in b.with(&stop); cown => *cown));
            let through_home = when!(in main.with_cancel(&stop); cown => *cown);
            #[boc::attr::when(in stop; cown)]
            fn through_attribute(cown: &mut usize) -> usize {
                *cown
            }
            let function = stop.when(&cown, |cown| *cown);
            let home = through_home.join();
            if cancelled {
                fails(through_runtime);
                fails(through_scope.unwrap());
                fails(through_batch);
                assert_eq!(home.unwrap_err().kind(), Cancelled);
                fails(through_attribute);
                fails(function);
            } else {
                assert_eq!(through_runtime.join().unwrap(), "ours-0");
                assert_eq!(through_scope.unwrap().join().unwrap(), 1 + name.len());
                assert_eq!(through_batch.join().unwrap() + home.unwrap(), 2);
                assert_eq!(through_attribute.join().unwrap() + function.join().unwrap(), 2);
            }
        }
    });
}

#[test]
fn a_child_is_cancelled_with_its_parent_and_not_the_other_way_round() {
    on_workers(1, || {
        let server = Cancel::new();
        let (one, other) = (server.child(), server.child());
        let inner = one.child();
        one.cancel();
        fails(one.when((), |()| ()));
        fails(inner.when((), |()| ()));
        other.when((), |()| ()).join().unwrap();
        server.when((), |()| ()).join().unwrap();
        let (resolver, never) = Promise::<()>::new();
        let waits = when!(in other; never => { *never; });
        server.cancel();
        fails(waits);
        assert!(other.is_cancelled() && other.child().is_cancelled());
        drop(resolver);
    });
}

#[test]
fn dropping_the_last_handle_cancels_nothing_and_a_guard_does() {
    on_workers(1, || {
        let gate = Gate::new();
        let passing = gate.clone();
        let running = when!(=> passing.pass());
        gate.until_waiting(1);
        let stays = Cancel::new().when((), |()| 1);
        let stop = Cancel::new();
        let guard = stop.cancel_on_drop();
        let skipped = stop.when((), |()| 2);
        drop(guard);
        let stop = Cancel::new();
        let by_panic = stop.when((), |()| 3);
        let session = stop.cancel_on_drop();
        thread::spawn(move || {
            let _session = session;
            panic!("the session ends");
        })
        .join()
        .unwrap_err();
        let kept = Cancel::new();
        let runs = kept.when((), |()| 4);
        kept.cancel_on_drop().disarm();
        gate.open();
        running.join().unwrap();
        assert_eq!(stays.join().unwrap(), 1);
        fails(skipped);
        fails(by_panic);
        assert_eq!(runs.join().unwrap(), 4);
    });
}

#[test]
fn only_the_body_that_was_scheduled_through_it_is_told() {
    on_workers(1, || {
        assert!(!is_cancelled(), "outside of a body");
        let stop = Cancel::new();
        let inner = stop.clone();
        let nested = when!(in stop; clone inner => {
            inner.cancel();
            (is_cancelled(), when!(=> is_cancelled()), when!(in inner; => ()))
        });
        let (told, plain, through) = nested.join().unwrap();
        assert!(told);
        assert!(!plain.join().unwrap(), "scheduled in the body, and not through it");
        fails(through);
        assert!(!when!(=> is_cancelled()).join().unwrap(), "the thread forgets it");
        let other = Cancel::new();
        let panicked = other.when((), |()| panic!("on purpose"));
        panicked.join().unwrap_err();
        other.cancel();
        assert!(!when!(=> is_cancelled()).join().unwrap(), "after a panic too");
    });
}

#[test]
fn a_failure_is_passed_on_and_a_runtime_that_ends_says_so() {
    on_workers(1, || {
        let stop = Cancel::new();
        let ours = Runtime::builder().workers(1).build().unwrap();
        let failed = when((), |()| -> u8 { panic!("first") });
        let skipped = when!(in stop; failed => *failed);
        assert_eq!(skipped.join().unwrap_err().message(), "first");
        let (resolver, never) = Promise::<()>::new();
        let waits = when!(in ours.with(&stop); never => { *never; });
        drop(ours);
        stop.cancel();
        assert_eq!(waits.join().unwrap_err().message(), "cancelled before it ran: its runtime has ended");
        drop(resolver);
    });
}

#[test]
fn a_cancel_in_a_destructor_and_a_capture_that_cancels_end() {
    struct Cancels(Cancel);
    impl Drop for Cancels {
        fn drop(&mut self) {
            self.0.cancel();
        }
    }
    on_workers(1, || {
        let stop = Cancel::new();
        let (resolver, never) = Promise::<()>::new();
        let capture = Cancels(stop.clone());
        let waits = when!(in stop; never => { let _ = (&capture, *never); });
        let cown = Cown::new(Cancels(stop.clone()));
        drop(cown); // cancels, which drops the capture, which cancels
        fails(waits);
        drop(resolver);
    });
}

#[test]
fn exploring_finds_both_ends_of_the_race_and_nothing_between() {
    within(LIMIT, || {
        let outcomes = parking_lot::Mutex::new(HashSet::new());
        explore(2_000, |_| {
            let (from, to, stop) = (Cown::new(1), Cown::new(0), Cancel::new());
            let moved = when!(in stop; from, to => { *from -= 1; *to += 1; });
            when!(clone stop => stop.cancel());
            let total = when!(read from, read to => (*from, *to));
            quiesce();
            let (from, to) = total.join().unwrap();
            assert_eq!(from + to, 1);
            assert_eq!(moved.join().is_ok(), to == 1);
            outcomes.lock().insert(to);
        });
        assert_eq!(outcomes.into_inner().len(), 2);
    });
}

#[test]
fn a_simulated_behavior_that_waits_for_ever_can_be_cancelled() {
    within(LIMIT, || {
        explore(100, |_| {
            let (cown, stop) = (Cown::new(0), Cancel::new());
            let (resolver, never) = Promise::<()>::new();
            let waits = when!(in stop; never, cown => { *never; *cown += 1; });
            when!(clone stop => stop.cancel());
            assert_eq!(waits.join().unwrap_err().kind(), Cancelled);
            assert_eq!(when!(cown => *cown).join().unwrap(), 0);
            drop(resolver);
        });
    });
}

#[test]
fn a_cancel_meets_a_grant() {
    stress(300, |_| {
        on_at_least(2, || {
            let (stop, cown) = (Cancel::new(), Cown::new(0));
            let ran = Arc::new(AtomicU32::new(0));
            let (resolver, answer) = Promise::new();
            let tracked = (0..8).map(|_| {
                let ran = Arc::clone(&ran);
                when!(in stop; read answer, cown => {
                    ran.fetch_add(1, Ordering::Relaxed);
                    *cown += *answer;
                })
            });
            let tracked: Vec<_> = tracked.collect();
            let plain = (0..8).map(|_| {
                let ran = Arc::clone(&ran);
                when!(in stop; cown => {
                    ran.fetch_add(1, Ordering::Relaxed);
                    *cown += 1;
                })
            });
            let plain: Vec<_> = plain.collect();
            let last = when!(cown => *cown);
            thread::scope(|threads| {
                threads.spawn(|| stop.cancel());
                threads.spawn(move || resolver.resolve(1));
                threads.spawn(|| stop.clone().cancel());
            });
            let mut finished = 0;
            for promise in tracked.into_iter().chain(plain) {
                match promise.join() {
                    Ok(()) => finished += 1,
                    Err(failure) => assert_eq!(failure.kind(), Cancelled),
                }
            }
            assert_eq!(ran.load(Ordering::Relaxed), finished, "each either ran or failed");
            assert_eq!(last.join().unwrap(), finished);
        });
    });
}

#[test]
fn one_promise_is_cancelled_and_no_other() {
    on_workers(1, || {
        let (gate, cown, drops) = (Gate::new(), Cown::new(0), Drops::new());
        let passing = gate.clone();
        let running = when!(cown => { passing.pass(); *cown += 1; });
        gate.until_waiting(1);
        let token = drops.token();
        let skipped = when!(cown => { let _ = &token; *cown += 10; });
        let behind = when!(skipped, cown => { *skipped; *cown += 100; });
        let other = when!(cown => { *cown += 1_000; *cown });
        running.clone().cancel();
        skipped.clone().cancel();
        skipped.clone().cancel();
        gate.open();
        running.join().unwrap();
        let failure = skipped.join().unwrap_err();
        assert_eq!(failure.message(), "cancelled before it ran: `cancel` was called on its promise");
        assert_eq!(behind.join().unwrap_err().kind(), Cancelled, "it requested the promise");
        assert_eq!(other.join().unwrap(), 1_001);
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn one_promise_that_waits_for_ever_is_given_up_in_the_call() {
    on_home(1, |main| {
        let (resolver, never) = Promise::<u8>::new();
        let (cown, drops) = (Cown::new(0), Drops::new());
        let token = drops.token();
        let waits = when!(never, cown => { let _ = (&token, *never); *cown += 1; });
        waits.clone().cancel();
        assert!(waits.is_finished() && drops.count() == 1);
        assert_eq!(when!(cown => *cown).join().unwrap(), 0);

        let canvas = PinnedCown::new(main, 0);
        let ready = when!(pinned canvas => *canvas += 1);
        ready.clone().cancel();
        assert_eq!(ready.join().unwrap_err().kind(), Cancelled);

        never.clone().cancel(); // a resolver's promise stays as it is
        resolver.resolve(1);
        assert_eq!(never.join().unwrap(), 1);
    });
}

#[test]
fn one_promise_of_a_batch_is_cancelled_before_it_enters() {
    on_workers(1, || {
        let (cown, (resolver, never)) = (Cown::new(0), Promise::<u8>::new());
        let (plain, waits) = batch(|b| {
            let plain = when!(in b; cown => *cown += 1);
            let waits = when!(in b; never, cown => { let _ = *never; *cown += 10; });
            plain.clone().cancel();
            waits.clone().cancel();
            (plain, waits)
        });
        assert_eq!(plain.join().unwrap_err().kind(), Cancelled);
        assert_eq!(waits.join().unwrap_err().kind(), Cancelled, "although it waits for ever");
        assert_eq!(when!(cown => *cown).join().unwrap(), 0);
        drop(resolver);
    });
}

#[test]
fn cancelling_one_promise_meets_its_run() {
    stress(300, |_| {
        on_at_least(2, || {
            let (cown, (resolver, answer)) = (Cown::new(0), Promise::new());
            let schedule = |n: usize| match n % 2 {
                0 => when!(cown => *cown += 1),
                _ => when!(read answer, cown => *cown += *answer),
            };
            let promises: Vec<_> = (0..16).map(schedule).collect();
            let last = when!(cown => *cown);
            let cancelled = promises.clone();
            thread::scope(|threads| {
                threads.spawn(move || resolver.resolve(1));
                threads.spawn(|| cancelled.into_iter().rev().for_each(Promise::cancel));
            });
            let ran = promises.into_iter().filter_map(|promise| promise.join().ok()).count();
            assert_eq!(last.join().unwrap(), ran);
        });
    });
}

#[test]
fn exploring_cancels_one_promise() {
    within(LIMIT, || {
        let outcomes = parking_lot::Mutex::new(HashSet::new());
        explore(500, |_| {
            let cown = Cown::new(0);
            let added = when!(cown => *cown += 1);
            let handle = added.clone();
            when((), move |()| handle.cancel());
            quiesce();
            let ran = when!(cown => *cown).join().unwrap();
            assert_eq!(added.join().is_ok(), ran == 1);
            outcomes.lock().insert(ran);
        });
        assert_eq!(outcomes.into_inner().len(), 2);
    });
}
