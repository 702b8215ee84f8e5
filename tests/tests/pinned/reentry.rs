//! Promise: a pump inside a body is refused, through whatever back door the token got there. The type system closes
//! the front door (`ui/`): no body can capture a `MainThread`. A pinned cown may hold one, though.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use boc::prelude::*;
use boc_tests::on_workers;

/// A home thread whose token lies in a cown pinned to it, and what its bodies count in.
struct BackDoor {
    main: Rc<MainThread>,
    door: PinnedCown<Rc<MainThread>>,
    depth: PinnedCown<Rc<Cell<u32>>>,
    deepest: Rc<Cell<u32>>,
}

fn through_the_back_door(test: impl FnOnce(&BackDoor) + Send) {
    on_workers(1, || {
        let main = Rc::new(MainThread::claim().expect("a fresh thread"));
        let door = PinnedCown::new(&main, Rc::clone(&main));
        let deepest = Rc::new(Cell::new(0));
        let depth = PinnedCown::new(&main, Rc::clone(&deepest));
        let back = BackDoor { main, door, depth, deepest };
        test(&back);
        // The token keeps itself alive in its own cown: take it out, so that the thread is given up.
        let BackDoor { main, door, depth, .. } = back;
        main.pump();
        drop((door, depth));
        main.pump();
    });
}

impl BackDoor {
    /// Schedules a body that reports when another one is already on the stack.
    fn queue_another(&self) {
        let depth = &self.depth;
        when!(pinned depth => depth.set(depth.get() + 1));
    }
}

#[test]
fn pump_in_a_body_runs_nothing() {
    through_the_back_door(|back| {
        let door = &back.door;
        let tried = when!(pinned door => {
            // Refused: a panic or an empty result, as the documentation of `pump` says; never a nested body.
            catch_unwind(AssertUnwindSafe(|| door.pump().executed)).unwrap_or(0)
        });
        back.queue_another();
        assert_eq!(tried.join().unwrap(), 0);
        back.main.pump();
        assert_eq!(back.deepest.get(), 1, "the other one ran afterwards");
    });
}

#[test]
fn join_in_a_pinned_body_is_refused() {
    through_the_back_door(|back| {
        let (door, depth) = (&back.door, &back.depth);
        let other = when!(pinned depth => depth.set(depth.get() + 1));
        let blocked = when!(pinned door, let other = other => {
            let _ = &door;
            other.join().unwrap();
        });
        // `other` was queued first, so it has run; the join is refused all the same.
        assert_eq!(blocked.join().unwrap_err().kind(), FailureKind::Panicked);
        assert_eq!(back.deepest.get(), 1);
    });
}

#[test]
fn with_in_a_body_reaches_only_what_is_free() {
    through_the_back_door(|back| {
        let (door, depth) = (&back.door, &back.depth);
        let busy = when!(pinned door, pinned depth, let handle = depth.clone() => {
            let _ = &depth;
            door.with(&handle, |cell| cell.set(1_000)).is_err()
        });
        assert!(busy.join().unwrap(), "the body holds it: a second `&mut` would be undefined");
        assert_ne!(back.deepest.get(), 1_000);
    });
}

/// The last token goes while a body runs: the thread stops being a home, under the feet of the pump that runs it.
#[test]
fn a_token_dropped_by_a_body_ends_the_home_after_that_body() {
    on_workers(1, || {
        let main = Rc::new(MainThread::claim().expect("a fresh thread"));
        let deepest = Rc::new(Cell::new(0));
        let door = PinnedCown::new(&main, Some(Rc::clone(&main)));
        let depth = PinnedCown::new(&main, Rc::clone(&deepest));
        drop(main);
        let taken = when!(pinned door, pinned depth => {
            drop(door.take());
            depth.set(depth.get() + 1);
            depth.get()
        });
        let after = when!(pinned depth => depth.set(depth.get() + 10));
        assert_eq!(taken.join().unwrap(), 1, "the value outlives the body that holds it");
        assert_eq!(after.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(deepest.get(), 1);
        assert_eq!(Rc::strong_count(&deepest), 1, "the value is dropped");
        MainThread::claim().map(drop).expect("no home any more");
    });
}

#[test]
fn claiming_the_thread_again_in_a_body_is_refused() {
    through_the_back_door(|back| {
        let depth = &back.depth;
        let claimed = when!(pinned depth => { let _ = &depth; MainThread::claim().is_ok() });
        assert!(!claimed.join().unwrap());
    });
}
