//! Promise: a home can wait for what is not boc's, a future or a condition, and runs its pinned behaviors
//! meanwhile; it is woken by both sides, and asleep in between. No wait with a limit is kept from its end
//! by behaviors that follow each other.

use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn, ready};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_tests::{Gate, LIMIT, on_home, panic_message, within};
use parking_lot::Mutex;

/// A value that another thread sends to a task.
#[derive(Clone, Default)]
struct Slot(Arc<Mutex<(Option<u32>, Option<Waker>)>>);

impl Slot {
    fn send(&self, value: u32) {
        let waker = {
            let mut slot = self.0.lock();
            slot.0 = Some(value);
            slot.1.take()
        };
        waker.into_iter().for_each(Waker::wake);
    }

    fn poll(&self, context: &Context<'_>) -> Poll<u32> {
        let mut slot = self.0.lock();
        match slot.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                slot.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn receive(&self) -> impl Future<Output = u32> {
        let slot = self.clone();
        poll_fn(move |context| slot.poll(context))
    }

    fn has_waiter(&self) -> bool {
        self.0.lock().1.is_some()
    }
}

/// Sleeps for ever unless woken.
fn never_polls(main: &MainThread) {
    main.set_poll_interval(Duration::MAX);
}

#[test]
fn a_future_that_is_ready_is_polled_once() {
    on_home(1, |main| {
        assert_eq!(main.block_on(ready(7)), 7);
        let polls = Cell::new(0);
        let not_send = Rc::new(1);
        let answer = main.block_on(poll_fn(|_| {
            polls.set(polls.get() + 1);
            Poll::Ready(*not_send)
        }));
        assert_eq!((answer, polls.get()), (1, 1));
    });
}

#[test]
fn it_runs_pinned_behaviors_meanwhile_and_is_woken_by_both_sides() {
    on_home(2, |main| {
        never_polls(main);
        let (pinned, slot) = (PinnedCown::new(main, Rc::new(Cell::new(0_u32))), Slot::default());
        for round in 1..=100 {
            // A worker's body, a pinned one that it schedules, a thread of the program's, the future.
            when!(clone pinned, clone slot => {
                when!(pinned pinned, clone slot => {
                    pinned.set(pinned.get() + 1);
                    let value = pinned.get();
                    thread::spawn(move || slot.send(value));
                });
            });
            assert_eq!(main.block_on(slot.receive()), round);
        }
    });
}

#[test]
fn a_promise_can_be_awaited_and_what_it_awaits_may_be_pinned() {
    on_home(1, |main| {
        never_polls(main);
        let pinned = PinnedCown::new(main, 1);
        let sum = main.block_on(async {
            let first = when!(pinned pinned => *pinned).await.unwrap();
            let second = when!(pinned pinned => { *pinned += first; *pinned }).await.unwrap();
            main.with(&pinned, |pinned| *pinned += second).unwrap();
            when!(pinned pinned => *pinned).await.unwrap()
        });
        assert_eq!(sum, 4);
    });
}

/// How often it is woken says that it sleeps: with nothing to do the thread goes to sleep once a poll
/// interval, and polls nothing.
#[test]
#[cfg(target_os = "linux")]
fn it_sleeps_in_between() {
    on_home(1, |main| {
        never_polls(main);
        let (slot, polls) = (Slot::default(), Cell::new(0));
        let sender = thread::spawn({
            let slot = slot.clone();
            move || {
                while !slot.has_waiter() {
                    thread::yield_now();
                }
                thread::sleep(Duration::from_millis(300));
                slot.send(7);
            }
        });
        let before = boc_tests::voluntary_switches();
        let receive = slot.receive();
        let mut receive = pin!(receive);
        let value = main.block_on(poll_fn(|context| {
            polls.set(polls.get() + 1);
            receive.as_mut().poll(context)
        }));
        let switches = boc_tests::voluntary_switches() - before;
        assert_eq!((value, polls.get()), (7, 2), "at the beginning, and when it was woken");
        assert!(switches < 50, "{switches} sleeps: it polls");

        let (looks, done) = (Cell::new(0), Arc::new(AtomicBool::new(false)));
        let (waker, setter) = (main.waker(), done.clone());
        let before = boc_tests::voluntary_switches();
        let setter = thread::spawn(move || {
            thread::sleep(Duration::from_millis(300));
            setter.store(true, Ordering::Release);
            waker.wake();
        });
        let look = || {
            looks.set(looks.get() + 1);
            done.load(Ordering::Acquire)
        };
        assert!(main.pump_until(look, Duration::MAX));
        let switches = boc_tests::voluntary_switches() - before;
        assert!(looks.get() < 20, "{} looks", looks.get());
        assert!(switches < 50, "{switches} sleeps: it polls");
        sender.join().unwrap();
        setter.join().unwrap();
    });
}

#[test]
fn a_future_that_wakes_itself_lets_behaviors_run() {
    on_home(1, |main| {
        never_polls(main);
        let (pinned, ran) = (PinnedCown::new(main, ()), Arc::new(AtomicBool::new(false)));
        when!(pinned pinned, let ran = ran.clone() => { let () = *pinned; ran.store(true, Ordering::Relaxed); });
        main.block_on(poll_fn(|context| {
            if ran.load(Ordering::Relaxed) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        }));
    });
}

/// The token of the parker is one for all waits of a thread: one inside of the poll may take it.
#[test]
fn a_wait_inside_of_a_poll_takes_no_wake_up_away() {
    on_home(1, |main| {
        never_polls(main);
        for _ in 0..50 {
            let woken = Arc::new(AtomicBool::new(false));
            let mut polls = 0;
            main.block_on(poll_fn(|context| {
                polls += 1;
                if polls > 1 {
                    assert!(woken.load(Ordering::Relaxed));
                    return Poll::Ready(());
                }
                // Woken before the inner wait, which sleeps and takes the token.
                let (waker, woken) = (context.waker().clone(), woken.clone());
                woken.store(true, Ordering::Relaxed);
                thread::spawn(move || waker.wake()).join().unwrap();
                when!(=> thread::yield_now()).join().unwrap();
                assert_eq!(main.block_on(async { when!(=> 7).await }).unwrap(), 7);
                Poll::Pending
            }));
        }
    });
}

/// A destructor at home may wait, and so take the token of the wait that has run it.
#[test]
fn a_wait_in_a_destructor_takes_no_wake_up_away() {
    struct Waits(Option<(Promise<()>, Resolver<()>)>);
    impl Drop for Waits {
        fn drop(&mut self) {
            let (inner, outer) = self.0.take().expect("dropped once");
            // Ends the outer wait first: its token is there when the inner one begins to sleep.
            outer.resolve(());
            inner.join().expect("a thread resolves it");
        }
    }
    on_home(1, |main| {
        never_polls(main);
        for _ in 0..50 {
            let ((resolver, inner), (outer, awaited)) = (Promise::new(), Promise::new());
            let value = PinnedCown::new(main, Waits(Some((inner, outer))));
            let ender = thread::spawn(move || {
                drop(value); // sent home
                thread::sleep(Duration::from_millis(1));
                resolver.resolve(());
            });
            awaited.join().expect("the destructor resolves it");
            ender.join().unwrap();
        }
    });
}

#[test]
fn the_panic_of_a_future_goes_on_and_the_thread_is_as_before() {
    on_home(1, |main| {
        let message = panic_message(|| main.block_on(async { panic!("in the future") }));
        assert_eq!(message, "in the future");
        let message = panic_message(|| main.pump_until(|| panic!("in the condition"), LIMIT));
        assert_eq!(message, "in the condition");
        assert_eq!(main.block_on(async { when!(=> 7).await.unwrap() }), 7);
    });
}

#[test]
fn both_are_refused_in_bodies_and_while_a_value_is_lent() {
    // A token inside of a pinned value is how a body gets at one.
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(1).build().unwrap();
        let main = MainThread::claim().unwrap();
        let lent = PinnedCown::new(&main, ());
        let inside = [
            main.with(&lent, |()| panic_message(|| main.block_on(ready(())))).unwrap(),
            main.with(&lent, |()| panic_message(|| main.pump_until(|| true, LIMIT))).unwrap(),
        ];
        for (message, what) in inside.iter().zip(["block_on", "pump_until"]) {
            assert!(
                message.starts_with(&format!("`{what}` was called inside `MainThread::with`")),
                "{message}"
            );
        }
        let said = Rc::new(RefCell::new(Vec::new()));
        runtime.enter(|| {
            let main = Rc::new(main);
            let (token, told) = (main.clone(), said.clone());
            let body = main.when((), move |()| {
                told.borrow_mut().push(panic_message(|| token.block_on(ready(()))));
                told.borrow_mut().push(panic_message(|| token.pump_until(|| true, LIMIT)));
            });
            // A pinned body that `block_on` runs is a body.
            main.block_on(async { body.await.unwrap() });
        });
        for (message, what) in said.borrow().iter().zip(["block_on", "pump_until"]) {
            assert!(message.starts_with(&format!("`{what}` was called inside a behavior")), "{message}");
            assert!(message.contains("`Promise::new`"), "says what to write: {message}");
        }
        assert_eq!(said.borrow().len(), 2);
    });
}

#[test]
fn pump_until_runs_behaviors_until_the_condition_holds_and_no_more() {
    on_home(1, |main| {
        let pinned = PinnedCown::new(main, 0);
        for _ in 0..10 {
            when!(pinned pinned => *pinned += 1);
        }
        let value = || main.with(&pinned, |pinned| *pinned).unwrap();
        assert!(main.pump_until(|| value() == 3, LIMIT));
        assert_eq!(value(), 3, "it is looked at after each behavior");
        assert!(main.pump_until(|| true, Duration::ZERO));
        assert_eq!(value(), 3, "and before the first one");
        assert!(!main.pump_until(|| false, Duration::from_millis(30)));
        assert_eq!(value(), 10);
    });
}

#[test]
fn pump_until_finds_what_wakes_no_one_after_the_poll_interval() {
    on_home(1, |main| {
        main.set_poll_interval(Duration::from_millis(1));
        let (sender, receiver) = channel();
        let sender = thread::spawn(move || {
            thread::sleep(Duration::from_millis(10));
            sender.send(7).unwrap();
        });
        let mut received = None;
        assert!(main.pump_until(
            || {
                received = receiver.try_recv().ok();
                received.is_some()
            },
            LIMIT
        ));
        assert_eq!(received, Some(7));
        sender.join().unwrap();
    });
}

#[test]
fn a_wake_up_before_the_wait_or_between_two_looks_is_not_lost() {
    on_home(1, |main| {
        never_polls(main);
        for _ in 0..1_000 {
            let (done, waker) = (Arc::new(AtomicBool::new(false)), main.waker());
            let setter = thread::spawn({
                let done = done.clone();
                move || {
                    done.store(true, Ordering::Release);
                    waker.wake_by_ref();
                }
            });
            assert!(main.pump_until(|| done.load(Ordering::Acquire), Duration::MAX));
            setter.join().unwrap();
        }
        let waker = main.waker();
        assert!(waker.will_wake(&main.waker()), "a thread has one");
        waker.wake();
        assert_eq!(when!(=> 7).join().unwrap(), 7, "harmless elsewhere");
    });
}

/// Schedules itself again until told otherwise.
fn again(pinned: PinnedCown<u64>, stop: Arc<AtomicBool>) {
    when!(pinned pinned, let handle = pinned.clone() => {
        *pinned += 1;
        if !stop.load(Ordering::Relaxed) {
            again(handle, stop);
        }
    });
}

#[test]
fn behaviors_that_follow_each_other_keep_no_wait_from_its_limit() {
    on_home(1, |main| {
        let (pinned, stop) = (PinnedCown::new(main, 0), Arc::new(AtomicBool::new(false)));
        let (resolver, promise) = Promise::<()>::new();
        again(pinned.clone(), stop.clone());
        let time = Duration::from_millis(5);
        let promise = promise.join_timeout(time).expect_err("it is not resolved");
        boc::quiesce_timeout(time).expect_err("a behavior follows");
        boc::wait_timeout(time).expect_err("a behavior follows");
        assert!(!main.pump_until(|| false, time));
        let before = main.with(&pinned, |count| *count).unwrap();
        // Without time, too, something runs: a loop of such waits gets on.
        boc::quiesce_timeout(Duration::ZERO).expect_err("a behavior follows");
        assert!(main.with(&pinned, |count| *count).unwrap() > before);
        stop.store(true, Ordering::Relaxed);
        resolver.resolve(());
        promise.join().expect("resolved");
        quiesce();
    });
}

#[test]
fn a_loop_of_waits_without_time_gets_on() {
    on_home(1, |main| {
        let (gate, pinned) = (Gate::new(), PinnedCown::new(main, 0));
        gate.open();
        let mut promise = when!(pinned pinned, clone gate => { gate.pass(); *pinned += 1; *pinned });
        let end = Instant::now() + LIMIT;
        let value = loop {
            match promise.join_timeout(Duration::ZERO) {
                Ok(value) => break value.unwrap(),
                Err(again) => promise = again,
            }
            assert!(Instant::now() < end, "it never runs");
        };
        assert_eq!(value, 1);
    });
}

#[test]
fn the_wake_hook_is_called_for_what_a_wait_leaves() {
    on_home(1, |main| {
        let (count, calls) = (Rc::new(Cell::new(0)), Arc::new(AtomicUsize::new(0)));
        for _ in 0..3 {
            let count = count.clone();
            main.when((), move |()| count.set(count.get() + 1));
        }
        // All three are in the queue, so none that comes finds it empty.
        assert!(main.pump_until(|| count.get() == 1, LIMIT));
        let counted = calls.clone();
        main.set_wake_hook(move || {
            counted.fetch_add(1, Ordering::Relaxed);
        });
        let before = calls.load(Ordering::Relaxed);
        assert!(main.pump_until(|| count.get() == 2, LIMIT));
        assert!(calls.load(Ordering::Relaxed) > before, "one is left");
    });
}

#[test]
fn on_a_simulated_runtime_waiting_runs_the_behaviors() {
    within(LIMIT, || {
        boc::explore(100, |rt| {
            let main = rt.main();
            let (pinned, sum) = (PinnedCown::new(main, 0), Cown::new(0));
            for amount in 1..=3 {
                when!(sum, pinned pinned => { *sum += amount; *pinned += 1; });
            }
            assert_eq!(main.block_on(async { when!(read sum => *sum).await.unwrap() }), 6);
            let all = || main.with(&pinned, |pinned| *pinned).unwrap() == 3;
            assert!(main.pump_until(all, Duration::MAX));
        });
    });
}

#[test]
fn on_a_simulated_runtime_another_thread_may_wake() {
    within(LIMIT, || {
        let main = MainThread::claim().unwrap();
        let runtime = Runtime::simulated(3);
        runtime.enter(|| {
            let slot = Slot::default();
            let waits = when!(=> 1); // something is unfinished, and runs at the first chance
            let sender = thread::spawn({
                let slot = slot.clone();
                move || {
                    thread::sleep(Duration::from_millis(700)); // longer than a simulation waits for nothing
                    slot.send(7);
                }
            });
            let (_resolver, never) = Promise::<()>::new();
            let stuck = when!(never => *never);
            assert_eq!(main.block_on(slot.receive()), 7);
            assert!(waits.is_finished());
            sender.join().unwrap();
            assert!(!main.pump_until(|| false, Duration::from_millis(10)), "the clock's limit");
            drop(stuck);
        });
    });
}

#[test]
fn on_a_simulated_runtime_a_wait_that_never_ends_says_so() {
    within(LIMIT, || {
        let main = MainThread::claim().unwrap();
        let runtime = Runtime::simulated(3);
        runtime.enter(|| {
            let message = panic_message(|| main.block_on(pending::<()>()));
            assert!(
                message.starts_with("this wait never ends: no behavior is ready, and no waker"),
                "{message}"
            );
            let kept = Cell::new(None);
            let (resolver, never) = Promise::<u32>::new();
            let stuck = when!(never => *never);
            let keeps = poll_fn(|context| -> Poll<()> {
                kept.set(Some(context.waker().clone()));
                Poll::Pending
            });
            let message = panic_message(|| main.block_on(keeps));
            assert!(
                message.contains("nothing else has ended it within 5s; 1 behavior waits for ever"),
                "{message}"
            );
            resolver.resolve(7);
            assert_eq!(stuck.join().unwrap(), 7, "the thread is as before");
        });
    });
}

#[test]
fn wakers_outlive_their_home() {
    within(LIMIT, || {
        let waker = thread::spawn(|| {
            let main = MainThread::claim().unwrap();
            main.waker()
        });
        waker.join().unwrap().wake();
        let kept = Arc::new(Mutex::new(None));
        let its = kept.clone();
        let done = thread::spawn(move || {
            let main = MainThread::claim().unwrap();
            main.block_on(poll_fn(|context| {
                *its.lock() = Some(context.waker().clone());
                Poll::Ready(())
            }));
        });
        done.join().unwrap();
        kept.lock().take().expect("kept").wake();
    });
}
