//! Promise: the wake hook is called when the queue turns from empty to non-empty, from any thread, its panic contained.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use boc::prelude::*;
use boc_tests::{Drops, Gate, on_home};

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
