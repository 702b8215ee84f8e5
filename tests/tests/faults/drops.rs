//! Faults: destructors that panic where `promise_panic_in_drop.rs` does not look: at home, in what is cancelled, in what
//! comes from outside. Each is called once, nobody is taken down, and what waits goes on.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use boc::prelude::*;
use boc_tests::{Bomb, Drops, Gate, on_home, on_workers, panic_message};

/// What is scheduled on `cown` runs, on a worker, and nothing is in flight afterwards.
fn goes_on(cown: &Cown<u32>) {
    when!(cown => *cown = 1);
    quiesce();
    assert_eq!(when!(cown => *cown).join().expect("a number"), 1);
}

/// The last handle goes elsewhere: a pump, or a wait, drops the value and contains its panic.
#[test]
fn pinned_value_that_was_sent_home() {
    on_home(1, |main| {
        let (cown, drops) = (Cown::new(0), Drops::new());
        for pumped in [true, false] {
            let canvas = PinnedCown::new(main, Bomb::new(&drops));
            thread::spawn(move || drop(canvas)).join().expect("dropped elsewhere");
            if pumped {
                assert_eq!(main.pump().executed, 0);
            } else {
                when!(cown => { let _ = &cown; }).join().expect("the wait pumps");
                main.pump();
            }
        }
        assert_eq!(drops.threads(), [thread::current().id(); 2]);
        goes_on(&cown);
    });
}

/// The last handle goes at home: the panic goes on there, as with an `Rc`.
#[test]
fn pinned_value_whose_last_handle_goes_at_home() {
    on_home(1, |main| {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let canvas = PinnedCown::new(main, Bomb::new(&drops));
        assert_eq!(panic_message(|| drop(canvas)), "a drop that panics");
        assert_eq!(drops.count(), 1);
        goes_on(&cown);
    });
}

#[test]
fn pinned_values_that_are_left_when_the_home_goes() {
    let drops = Drops::new();
    on_workers(1, || {
        let (cown, main) = (Cown::new(0), MainThread::claim().expect("a fresh thread"));
        let canvases: Vec<_> = (0..5).map(|_| PinnedCown::new(&main, Bomb::new(&drops))).collect();
        let never = when!(pinned canvases, cown, let bomb = Bomb::new(&drops) => {
            bomb.touch();
            let _ = (&canvases, &cown);
        });
        drop(main);
        assert_eq!(drops.count(), 6);
        assert_eq!(never.join().expect_err("cancelled").kind(), FailureKind::Cancelled);
        goes_on(&cown);
    });
    assert_eq!(drops.count(), 6);
}

/// Bodies that stay at home are dropped there, run or not.
#[test]
fn captures_of_a_body_that_stays_at_home() {
    on_home(1, |main| {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let ours = Runtime::builder().workers(1).build().expect("a runtime");
        let holds = when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        let bomb = Bomb::new(&drops);
        let never = ours.enter(|| main.when(&cown, move |_| bomb.touch()));
        drop(ours);
        gate.open();
        holds.join().expect("it ran");
        main.pump();
        assert_eq!(never.join().expect_err("cancelled").kind(), FailureKind::Cancelled);
        assert_eq!(drops.threads(), [thread::current().id()]);
        goes_on(&cown);
    });
}

#[test]
fn captures_of_what_a_dropped_runtime_has_not_started() {
    on_workers(1, || {
        let (cown, drops, gate) = (Cown::new(0), Drops::new(), Gate::new());
        let ours = Runtime::builder().workers(1).build().expect("a runtime");
        let holds = when!(cown, clone gate => { let _ = &cown; gate.pass(); });
        let never: Vec<_> = (0..50)
            .map(|_| when!(in ours; cown, let bomb = Bomb::new(&drops) => { bomb.touch(); *cown = 1_000; }))
            .collect();
        drop(ours);
        gate.open();
        holds.join().expect("it ran");
        for never in never {
            assert_eq!(never.join().expect_err("cancelled").kind(), FailureKind::Cancelled);
        }
        assert_eq!(drops.count(), 50);
        goes_on(&cown);
    });
}

#[test]
fn captures_of_a_batch_that_never_enters() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let message = panic_message(|| {
            boc::batch(|batch| {
                for _ in 0..5 {
                    when!(in batch; cown, let bomb = Bomb::nested(&drops, 1) => { bomb.touch(); *cown = 1_000; });
                }
                panic!("half way");
            });
        });
        assert_eq!(message, "half way");
        assert!(drops.count() >= 5, "{}", drops.count());
        goes_on(&cown);
    });
}

#[test]
fn captures_of_a_set_that_is_refused() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let bomb = Bomb::new(&drops);
        // Which of the two panics comes out here is not promised; that the bomb is dropped, once, is.
        let refused =
            catch_unwind(AssertUnwindSafe(|| boc::try_when((&cown, &cown), move |_| bomb.touch()).is_err()));
        assert!(refused.unwrap_or(true));
        assert_eq!(drops.count(), 1);
        goes_on(&cown);
    });
}

/// Nobody has the promise any more when its resolver is used: the value is dropped there and then.
#[test]
fn value_from_outside_that_nobody_wants() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let (resolver, promise) = Promise::new();
        drop(promise);
        let bomb = Bomb::new(&drops);
        let _ = catch_unwind(AssertUnwindSafe(|| resolver.resolve(bomb)));
        assert_eq!(drops.count(), 1);

        // In a body, on a worker, with somebody behind it.
        let (resolver, promise) = Promise::new();
        drop(promise);
        when!(cown, let bomb = Bomb::new(&drops) => { let _ = &cown; resolver.resolve(bomb); });
        goes_on(&cown);
        assert_eq!(drops.count(), 2);
    });
}

/// A result that a join has taken is the joiner's; it panics where he drops it, and nowhere else.
#[test]
fn result_that_was_joined() {
    on_workers(1, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        let result = when!(cown, clone drops => { let _ = &cown; Bomb::new(&drops) });
        let bomb = result.join().expect("a value");
        goes_on(&cown);
        assert_eq!(drops.count(), 0);
        assert_eq!(panic_message(|| drop(bomb)), "a drop that panics");
        goes_on(&cown);
    });
}
