//! Promise: `after` on runtimes with threads. How late a timer is is not asserted; that it is never early is.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc::{after, now, quiesce_timeout, wait};
use boc_tests::{LIMIT, on_workers, within};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn runtime() -> Runtime {
    Runtime::builder().workers(2).build().unwrap()
}

#[track_caller]
fn assert_cancelled(promise: Promise<()>) {
    let failure = promise.join().unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Cancelled);
    assert!(failure.message().starts_with("the timer made at tests/tests/time/real.rs:"), "{failure}");
}

#[test]
fn a_timer_is_never_early() {
    within(LIMIT, || {
        on_workers(2, || {
            for delay in [0, 1, 2, 7, 20] {
                let (real, ours) = (Instant::now(), now());
                let timer = after(ms(delay));
                let seen = when!(timer => (Instant::now(), now()));
                let (real_then, ours_then) = seen.join().unwrap();
                assert!(real_then - real >= ms(delay));
                assert!(ours_then - ours >= ms(delay));
            }
        });
    });
}

#[test]
fn timers_end_in_the_order_of_their_times() {
    within(LIMIT, || {
        on_workers(2, || {
            let late = after(ms(30));
            let (early, first) = (after(ms(20)), after(ms(10)));
            late.join().unwrap();
            assert!(early.is_finished() && first.is_finished());
        });
    });
}

#[test]
fn a_timer_is_a_promise_like_any_other() {
    within(LIMIT, || {
        on_workers(2, || {
            let timer = after(ms(5));
            assert!(!timer.is_finished());
            let shared: Vec<_> = (0..10).map(|n| when!(read timer => n)).collect();
            let exclusive = when!(try timer => timer.is_ok());
            let group = [after(ms(1)), after(ms(2))];
            assert_eq!(when!(group => group.len()).join().unwrap(), 2);
            let sum: i32 = shared.into_iter().map(|promise| promise.join().unwrap()).sum();
            assert_eq!((sum, exclusive.join().unwrap()), (45, true));
            pollster::block_on(async { timer.await }).unwrap();
            let in_a_body = when!(=> after(ms(1)));
            let chained = when!(in_a_body => { let inner = in_a_body.clone(); when!(inner => 7) });
            assert_eq!(chained.join().unwrap().join().unwrap(), 7);
        });
    });
}

#[test]
fn a_timer_alone_is_no_work_in_flight() {
    within(LIMIT, || {
        let runtime = runtime();
        let waits = runtime.enter(|| {
            let pending = after(HOUR);
            quiesce();
            let soon = after(ms(20));
            let ran = when!(soon => ());
            quiesce();
            assert!(ran.is_finished());
            let waits = when!(pending => ());
            assert!(quiesce_timeout(ms(1)).is_err());
            waits
        });
        assert!(!waits.is_finished());
        drop(runtime);
        assert_eq!(waits.join().unwrap_err().kind(), FailureKind::Cancelled);
    });
}

#[test]
fn a_time_that_the_clock_cannot_reach_is_never_over() {
    within(LIMIT, || {
        let runtime = runtime();
        let never = runtime.enter(|| {
            let seconds = Duration::from_secs;
            let never = [Duration::MAX, seconds(u64::MAX), seconds(u64::MAX / 4)].map(|time| after(time));
            after(ms(10)).join().unwrap();
            never
        });
        assert!(never.iter().all(|never| !never.is_finished()));
        drop(runtime);
        never.into_iter().for_each(assert_cancelled);
    });
}

#[test]
fn dropping_a_runtime_cancels_its_timers() {
    within(LIMIT, || {
        let runtime = runtime();
        let (one, two) = runtime.enter(|| (after(HOUR), after(HOUR)));
        let waits = runtime.when(&two, |_| ());
        let (sender, joins) = channel();
        let joined = thread::spawn({
            let one = one.clone();
            move || {
                sender.send(()).unwrap();
                one.join()
            }
        });
        joins.recv().unwrap();
        drop(runtime);
        assert_eq!(joined.join().unwrap().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(waits.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_cancelled(two);
    });
}

#[test]
fn a_body_whose_runtime_is_gone_gets_a_timer_that_has_failed() {
    within(LIMIT, || {
        let runtime = runtime();
        let (sender, receiver) = channel::<Runtime>();
        let body = runtime.when((), move |()| {
            let before = after(HOUR);
            drop(receiver.recv().unwrap());
            [before, after(Duration::ZERO), after(HOUR)]
        });
        sender.send(runtime).unwrap();
        body.join().unwrap().into_iter().for_each(assert_cancelled);
    });
}

#[test]
fn wait_and_shutdown_cancel_what_is_only_joined() {
    within(LIMIT, || {
        let runtime = runtime();
        for _ in 0..3 {
            runtime.enter(|| {
                let pending = after(HOUR);
                let soon = after(ms(5));
                let waited_for = when!(soon => ());
                wait();
                assert!(waited_for.join().is_ok());
                assert_cancelled(pending);
                // The next one starts the thread afresh.
                after(ms(1)).join().unwrap();
            });
        }
        let pending = runtime.enter(|| after(HOUR));
        runtime.shutdown();
        assert_cancelled(pending);
    });
}

#[test]
fn timers_may_be_made_while_their_runtime_ends_its_threads() {
    within(LIMIT, || {
        let runtime = Arc::new(runtime());
        let makers: Vec<_> = (0..2)
            .map(|_| {
                let runtime = Arc::clone(&runtime);
                thread::spawn(move || {
                    for _ in 0..200 {
                        // Ended in time, or by `wait`; no timer is forgotten.
                        let result = runtime.enter(|| after(Duration::ZERO)).join();
                        if let Err(failure) = result {
                            assert_eq!(failure.kind(), FailureKind::Cancelled);
                        }
                    }
                })
            })
            .collect();
        for _ in 0..50 {
            runtime.enter(wait);
        }
        makers.into_iter().for_each(|maker| maker.join().unwrap());
    });
}

/// What runs on the timer thread may use the library, but not wait; its panic is contained.
struct OnTimerThread(Box<dyn Fn() + Send + Sync>);

impl Wake for OnTimerThread {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

#[test]
fn a_waker_may_schedule_panic_and_drop_the_runtime_on_the_timer_thread() {
    within(LIMIT, || {
        let runtime = runtime();
        let (sender, woken) = channel();
        let dropped = std::sync::Mutex::new(Some(Runtime::builder().workers(1).build().unwrap()));
        let own = std::sync::Mutex::new(None);
        let own = Arc::new(own);
        let timer = runtime.enter(|| after(ms(20)));
        let mut future = std::pin::pin!(timer.into_future());
        let wake = {
            let own = Arc::clone(&own);
            move || {
                let scheduled = when!(=> 1);
                let refused = std::panic::catch_unwind(quiesce).is_err();
                drop(dropped.lock().unwrap().take());
                let own: Option<Runtime> = own.lock().unwrap().take();
                drop(own);
                sender.send((scheduled, refused)).unwrap();
                panic!("as a test");
            }
        };
        let waker = Waker::from(Arc::new(OnTimerThread(Box::new(wake))));
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        *own.lock().unwrap() = Some(runtime);
        let (scheduled, refused) = woken.recv().unwrap();
        assert!(refused, "a wait on the timer thread");
        // It ran, or its runtime was dropped before.
        let _ = scheduled.join();
        assert!(matches!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(()))));
    });
}

#[test]
fn a_hundred_thousand_timers() {
    within(LIMIT, || {
        let runtime = runtime();
        runtime.enter(|| {
            let count = Cown::new(0_u32);
            let long: Vec<_> = (0..100_000).map(|n| after(HOUR + ms(n))).collect();
            let mut short = Vec::new();
            for n in 0..100_000_u64 {
                // Every tenth is waited for.
                let timer = after(Duration::from_micros(n % 50_000));
                if n % 10 == 0 {
                    short.push(when!(read timer, count => *count += 1));
                }
            }
            short.into_iter().for_each(|promise| promise.join().unwrap());
            assert_eq!(when!(count => *count).join().unwrap(), 10_000);
            assert!(long.iter().all(|timer| !timer.is_finished()));
            drop(long);
        });
    });
}
