//! Promise: the wake hook is called when the queue turns from empty to non-empty, from any thread, its panic contained.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc::scope;
use boc_tests::{Drops, Gate, LIMIT, on_home, panic_message, within};

/// Counts the calls of the hook.
fn count(main: &MainThread) -> Arc<AtomicUsize> {
    let calls = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&calls);
    main.set_wake_hook(move || {
        counting.fetch_add(1, Ordering::SeqCst);
    });
    calls
}

#[test]
fn the_hook_is_called_once_for_each_edge() {
    on_home(1, |main| {
        let calls = count(main);
        let canvas = PinnedCown::new(main, 0);
        let other = PinnedCown::new(main, 0);
        assert_eq!(calls.load(Ordering::SeqCst), 0);
        when!(pinned canvas => *canvas += 1);
        when!(pinned other => *other += 1); // not empty any more
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(main.pump().executed, 2);
        when!(pinned canvas => *canvas += 1);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn any_thread_may_call_it() {
    on_home(2, |main| {
        let (tell, told) = std::sync::mpsc::channel();
        main.set_wake_hook(move || tell.send(thread::current().id()).expect("the test listens"));
        let canvas = PinnedCown::new(main, ());
        let gate = Gate::new();
        let ready = when!(clone gate => gate.pass());
        when!(ready, pinned canvas => { let _ = (&ready, &canvas); });
        gate.open(); // so it is a worker that finds it ready
        assert_ne!(told.recv().expect("called"), thread::current().id());
    });
}

#[test]
fn a_hook_set_when_something_waits_already_is_called_at_once() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, ());
        when!(pinned canvas => { let _ = &canvas; });
        assert_eq!(count(main).load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_hook_that_panics_or_schedules_does_no_harm() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, 0);
        main.set_wake_hook(|| panic!("a hook that panics"));
        when!(pinned canvas => *canvas += 1);
        main.pump();
        let again = canvas.clone();
        let once = AtomicUsize::new(0);
        main.set_wake_hook(move || {
            // Scheduled from the hook: under a lock this would hang.
            if once.fetch_add(1, Ordering::SeqCst) == 0 {
                when!(pinned again => *again += 10);
            }
        });
        when!(pinned canvas => *canvas += 100);
        while main.with(&canvas, |canvas| *canvas) != Ok(111) {
            main.pump();
        }
    });
}

/// A loop that pumps only when the hook has woken it, one behavior at a time.
#[test]
fn a_pump_that_a_limit_ends_calls_it_again_while_something_is_left() {
    on_home(1, |main| {
        let calls = count(main);
        let canvases = [1, 2, 3].map(|number| PinnedCown::new(main, number));
        for canvas in &canvases {
            when!(pinned canvas => *canvas += 1);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        let one = || main.pump_with(PumpLimits::new().max_behaviors(NonZeroUsize::MIN));
        assert_eq!((one().remaining, calls.load(Ordering::SeqCst)), (2, 2));
        assert_eq!((one().remaining, calls.load(Ordering::SeqCst)), (1, 3));
        assert_eq!((one().remaining, calls.load(Ordering::SeqCst)), (0, 3), "nothing is left");
        for canvas in &canvases[..2] {
            when!(pinned canvas => { *canvas += 1; thread::sleep(Duration::from_millis(20)); });
        }
        let short = main.pump_with(PumpLimits::new().deadline(Duration::from_millis(10)));
        assert!(short.deadline_reached && short.remaining == 1, "{short:?}");
        assert_eq!(calls.load(Ordering::SeqCst), 5, "the edge, and the deadline");
        assert_eq!((main.pump().remaining, calls.load(Ordering::SeqCst)), (0, 5));
    });
}

#[test]
fn it_is_called_again_before_a_limited_pump_resumes_a_panic() {
    on_home(1, |main| {
        let calls = count(main);
        let (canvas, other) = (PinnedCown::new(main, 0), PinnedCown::new(main, 0));
        let failed = when!(pinned canvas => { *canvas = 1; panic!("as expected") });
        when!(pinned other => *other += 1);
        let limits = PumpLimits::new().max_behaviors(NonZeroUsize::MIN).resume_panics(true);
        assert_eq!(panic_message(|| main.pump_with(limits)), "as expected");
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        let _: Promise<()> = failed;
    });
}

#[test]
fn a_value_sent_home_to_be_dropped_calls_it() {
    on_home(1, |main| {
        let drops = Drops::new();
        let calls = count(main);
        let values: Vec<_> = (0..3).map(|_| PinnedCown::new(main, drops.token())).collect();
        thread::scope(|scope| scope.spawn(|| drop(values)).join().expect("no panic"));
        assert_eq!((drops.count(), calls.load(Ordering::SeqCst)), (0, 1), "once for all three");
        assert_eq!((main.pump().executed, drops.count()), (0, 3));
        let last = PinnedCown::new(main, drops.token());
        thread::scope(|scope| scope.spawn(|| drop(last)).join().expect("no panic"));
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        assert_eq!(
            count(main).load(Ordering::SeqCst),
            1,
            "a hook that is set while it waits is called at once"
        );
        main.pump();
        assert_eq!(drops.count(), 4);
    });
}

/// The body of a behavior that was cancelled elsewhere waits at home to be dropped.
#[test]
fn a_body_of_this_thread_that_is_cancelled_elsewhere_calls_it() {
    on_home(1, |main| {
        let drops = Drops::new();
        let calls = count(main);
        let runtime = Runtime::builder().workers(1).build().expect("a thread");
        let (resolver, promise) = Promise::<()>::new();
        let token = drops.token();
        let cancelled = runtime.enter(|| main.when(&promise, move |_| drop(token)));
        thread::spawn(move || {
            drop(runtime);
            resolver.resolve(());
        })
        .join()
        .expect("no panic");
        while drops.count() == 0 {
            assert!(calls.load(Ordering::SeqCst) > 0);
            main.pump();
        }
        assert_eq!(cancelled.join().expect_err("cancelled").kind(), FailureKind::Cancelled);
    });
}

/// The hook owns a handle, the cown its home, the home the hook: once a circle that nobody ever dropped.
#[test]
fn the_hook_goes_with_its_main_thread() {
    let drops = Drops::new();
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, ());
        let token = drops.token();
        main.set_wake_hook(move || {
            let _ = (&canvas, &token);
        });
    });
    assert_eq!(drops.count(), 1);
}

#[test]
fn work_that_is_not_pinned_never_calls_it() {
    on_home(1, |main| {
        let calls = count(main);
        let cown = Cown::new(0);
        for _ in 0..100 {
            when!(cown => *cown += 1);
        }
        when!(cown => *cown).join().expect("runs");
        assert_eq!(calls.load(Ordering::SeqCst), 0);
    });
}

/// Schedules one behavior that is waited for and another one, waits, and counts the calls of the hook.
fn leaves_one(wait: impl FnOnce(&PinnedCown<u32>, &dyn Fn()) + Send) {
    on_home(1, |main| {
        let (window, other) = (PinnedCown::new(main, 0), PinnedCown::new(main, 0));
        let calls = count(main);
        let leave = || drop(when!(pinned other => *other += 1));
        wait(&window, &leave);
        assert_eq!(calls.load(Ordering::SeqCst), 2, "the edge, and the end of the wait");
        assert_eq!((main.with(&window, |n| *n), main.with(&other, |n| *n)), (Ok(1), Ok(0)));
        assert_eq!((main.pump().executed, calls.load(Ordering::SeqCst)), (1, 2));
        // One that leaves nothing calls nothing but for the edge.
        when!(pinned window => *window += 1).join().unwrap();
        assert_eq!(calls.load(Ordering::SeqCst), 3);
    });
}

/// Each ended as soon as what it waited for was there, without a call: a loop that pumps when it is woken slept on.
#[test]
fn a_wait_that_leaves_something_calls_it_again() {
    leaves_one(|window, leave| {
        let first = when!(pinned window => *window += 1);
        leave();
        first.join().unwrap();
    });
    leaves_one(|window, leave| {
        let first = when!(pinned window => *window += 1);
        leave();
        first.join_timeout(LIMIT).unwrap().unwrap();
    });
    leaves_one(|window, leave| {
        scope(|s| {
            when!(in s; pinned window => *window += 1);
            leave();
        });
    });
    // Dropped after the test: the end of its threads is waited for, too.
    let ours = Runtime::builder().workers(1).build().unwrap();
    leaves_one(|window, leave| {
        when!(in ours; pinned window => *window += 1);
        leave();
        ours.quiesce();
    });
}

#[test]
fn a_wait_on_a_simulated_runtime_that_leaves_something_calls_it_again() {
    within(LIMIT, || {
        let mut left = 0;
        for seed in 0..40 {
            let main = MainThread::claim().unwrap();
            let (window, other) = (PinnedCown::new(&main, 0), PinnedCown::new(&main, 0));
            let calls = count(&main);
            let runtime = Runtime::simulated(seed);
            runtime.enter(|| {
                let first = when!(pinned window => *window += 1);
                let _second = when!(pinned other => *other += 1);
                if seed % 2 == 0 {
                    first.join().unwrap();
                } else {
                    while !first.is_finished() {}
                }
                let before = calls.load(Ordering::SeqCst);
                // One that is set while something waits is called at once.
                if count(&main).load(Ordering::SeqCst) == 1 {
                    left += 1;
                    assert!(before > 1, "seed {seed}: only the edge");
                }
            });
        }
        assert!((1..40).contains(&left), "{left} of 40 have left something");
    });
}

#[test]
fn a_hook_that_waits_is_called_once_for_each_that_ran() {
    on_home(1, |main| {
        let calls = Arc::new(AtomicUsize::new(0));
        let windows = [(); 3].map(|()| PinnedCown::new(main, 0));
        let finished = when!(=> ());
        quiesce();
        let mut shown = Vec::new();
        for window in &windows {
            shown.push(when!(pinned window => *window += 1));
        }
        let counting = Arc::clone(&calls);
        main.set_wake_hook(move || {
            counting.fetch_add(1, Ordering::SeqCst);
            // Over at once: it runs nothing, so it calls nothing.
            let _ = finished.clone().join();
        });
        assert_eq!(calls.load(Ordering::SeqCst), 1, "something waited");
        for (shown, calls_then) in shown.into_iter().zip([2, 3, 3]) {
            shown.join().unwrap();
            assert_eq!(calls.load(Ordering::SeqCst), calls_then);
        }
    });
}
