//! Faults: user code that panics where nobody expects it: in `Clone`, in a waker, in the hook's or the sink's
//! destructor, in a body of a batch's or scope's closure. Bodies and destructors of values are in `promise_panic.rs`
//! and `promise_panic_in_drop.rs`, panicking hooks and sinks in `pinned_wake.rs` and `pinned_watchdog.rs`.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Bomb, Drops, Gate, on_home, on_workers, panic_message};

/// A value whose `Clone` panics.
struct Unclonable(#[expect(dead_code, reason = "counts its drop")] boc_tests::Counted);

impl Clone for Unclonable {
    fn clone(&self) -> Self {
        panic!("a clone that panics")
    }
}

/// What was scheduled before runs, what is scheduled afterwards too, and nothing is in flight in the end.
fn goes_on(cown: &Cown<u32>) {
    let before = when!(cown => *cown).join().expect("a number");
    when!(cown => *cown += 1);
    quiesce();
    assert_eq!(when!(cown => *cown).join().expect("a number"), before + 1);
}

#[test]
fn a_clone_that_panics_schedules_nothing() {
    on_workers(2, || {
        let (cown, drops, ran) = (Cown::new(0), Drops::new(), Arc::new(AtomicUsize::new(0)));
        for _ in 0..100 {
            let (value, token) = (Unclonable(drops.token()), drops.token());
            let message = panic_message(|| {
                when!(cown, clone ran, let token = token, clone value => {
                    let _ = (&cown, &token, &value);
                    ran.fetch_add(1, Ordering::SeqCst);
                });
            });
            assert_eq!(message, "a clone that panics");
        }
        goes_on(&cown);
        assert_eq!((ran.load(Ordering::SeqCst), drops.count()), (0, 200));
    });
}

#[test]
fn a_clone_that_panics_in_the_attribute_form_schedules_nothing() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let value = Unclonable(drops.token());
        let message = panic_message(|| {
            #[boc::attr::when(cown)]
            fn never(cown: &mut u32, value: Unclonable) {
                let _ = &value;
                *cown = 1_000;
            }
            never
        });
        assert_eq!(message, "a clone that panics");
        goes_on(&cown);
        drop(value);
        assert_eq!(drops.count(), 1);
    });
}

/// The outer body is running when the clone for a nested behavior panics: it fails, and its cowns are released.
#[test]
fn a_clone_that_panics_in_a_body_fails_that_body() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let value = Unclonable(drops.token());
        let failed = when!(cown => {
            *cown += 1;
            when!(cown, clone value => { let _ = (&cown, &value); });
        });
        assert_eq!(failed.join().expect_err("it panics").message(), "a clone that panics");
        goes_on(&cown);
        assert_eq!(drops.count(), 1);
    });
}

#[test]
fn a_clone_that_panics_in_a_batch_cancels_the_batch() {
    on_workers(2, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let value = Unclonable(drops.token());
        let mut first = None;
        let message = panic_message(|| {
            boc::batch(|batch| {
                first = Some(when!(in batch; cown => *cown = 1_000));
                when!(in batch; cown, clone value => { let _ = (&cown, &value); });
            });
        });
        assert_eq!(message, "a clone that panics");
        goes_on(&cown);
        let failure = first.expect("it was made").join().expect_err("it never entered");
        assert_eq!(failure.kind(), FailureKind::Cancelled);
    });
}

#[test]
fn a_clone_that_panics_in_a_scope_waits_for_the_rest() {
    on_workers(2, || {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let value = Unclonable(drops.token());
        let message = panic_message(|| {
            boc::scope(|scope| {
                when!(in scope; cown, clone gate => { gate.pass(); *cown = 5; });
                gate.open();
                when!(in scope; cown, clone value => { let _ = (&cown, &value); });
            });
        });
        assert_eq!(message, "a clone that panics");
        assert_eq!(when!(cown => *cown).join().expect("a number"), 5);
        goes_on(&cown);
    });
}

struct Screaming;

impl Wake for Screaming {
    fn wake(self: Arc<Self>) {
        panic!("a waker that panics");
    }
}

/// Whoever finishes the behavior calls the waker: a worker, and it lives on.
#[test]
fn a_waker_that_panics_takes_no_worker_down() {
    on_workers(1, || {
        let cown = Cown::new(0);
        for _ in 0..20 {
            let gate = Gate::new();
            let promise = when!(cown, clone gate => { let _ = &cown; gate.pass(); 7 });
            let mut future = pin!(promise.into_future());
            let waker = Waker::from(Arc::new(Screaming));
            assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
            gate.open();
            goes_on(&cown);
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(result) => assert_eq!(result.expect("a value"), 7),
                Poll::Pending => panic!("it is finished"),
            }
        }
    });
}

struct Brittle;

impl Wake for Brittle {
    fn wake(self: Arc<Self>) {}
}

impl Drop for Brittle {
    fn drop(&mut self) {
        panic!("a waker whose drop panics");
    }
}

/// The poll that replaces the waker panics; neither the behavior nor later polls know of it.
#[test]
fn a_waker_whose_destructor_panics_harms_nobody_but_its_poll() {
    on_workers(1, || {
        let (cown, gate) = (Cown::new(0), Gate::new());
        let promise = when!(cown, clone gate => { let _ = &cown; gate.pass(); 7 });
        let mut future = pin!(promise.into_future());
        let waker = Waker::from(Arc::new(Brittle));
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(waker); // the future has the last one
        let message =
            panic_message(|| future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
        assert_eq!(message, "a waker whose drop panics");
        gate.open();
        goes_on(&cown);
        let ready = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(ready, Poll::Ready(Ok(7))));
    });
}

/// The hook's captures panic when they are dropped: when it is replaced, here; with the `MainThread`, nowhere.
#[test]
fn a_hook_whose_destructor_panics_does_no_harm() {
    let drops = Drops::new();
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, 0);
        let bomb = Bomb::new(&drops);
        main.set_wake_hook(move || bomb.touch());
        assert_eq!(panic_message(|| main.set_wake_hook(|| ())), "a drop that panics");
        when!(pinned canvas => *canvas += 1);
        main.pump();
        let bomb = Bomb::new(&drops);
        main.set_wake_hook(move || bomb.touch());
        when!(pinned canvas => *canvas += 1);
        main.pump();
        assert_eq!(main.with(&canvas, |canvas| *canvas), Ok(2));
    });
    assert_eq!(drops.count(), 2);
}

#[test]
fn a_sink_whose_destructor_panics_does_no_harm() {
    on_home(1, |main| {
        let (drops, canvas) = (Drops::new(), PinnedCown::new(main, 0));
        let (tell, told) = channel();
        let bomb = Bomb::new(&drops);
        main.set_watchdog(Some(Watchdog::new(Duration::from_millis(1)).on_starve(move |_| {
            bomb.touch();
            let _ = tell.send(());
        })));
        when!(pinned canvas => *canvas += 1);
        told.recv().expect("it tells");
        main.set_watchdog(None);
        main.pump();
        // The watchdog's own thread drops it; the channel ends with it.
        while told.recv().is_ok() {}
        assert_eq!(main.with(&canvas, |canvas| *canvas), Ok(1));
    });
}
