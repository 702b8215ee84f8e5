//! Promise: in simulated runtimes time is virtual, exact, and part of what is explored.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc::{after, explore, now, quiesce_timeout, scope};
use boc_tests::{LIMIT, panic_message, within};

const HOUR: Duration = Duration::from_secs(3600);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// On a simulated runtime, under a few seeds.
fn simulated(test: impl Fn() + Send + Sync) {
    within(LIMIT, || {
        for seed in 0..20 {
            Runtime::simulated(seed).enter(&test);
        }
    });
}

#[test]
fn time_jumps_to_the_next_timer_when_nothing_else_is_ready() {
    simulated(|| {
        assert_eq!(now(), Duration::ZERO);
        let (late, early) = (after(2 * HOUR), after(HOUR));
        let times = Cown::new(Vec::new());
        when!(late => drop(when!(times => times.push(now()))));
        when!(early => {
            when!(times => times.push(now()));
            let again = after(ms(1));
            when!(again, times => times.push(now()));
        });
        when!(=> assert_eq!(now(), Duration::ZERO)).join().unwrap();
        assert_eq!(now(), Duration::ZERO, "nothing waits for time");
        quiesce();
        let times = when!(times => std::mem::take(&mut *times)).join().unwrap();
        assert_eq!(times, [HOUR, HOUR + ms(1), 2 * HOUR]);
        assert_eq!(now(), 2 * HOUR);
    });
}

#[test]
fn a_wait_with_a_time_limit_jumps_to_it() {
    simulated(|| {
        let timer = after(HOUR);
        let waits = when!(read timer => ());
        let waits = waits.join_timeout(ms(10)).unwrap_err();
        assert_eq!(now(), ms(10));
        assert!(quiesce_timeout(ms(20)).is_err());
        assert_eq!(now(), ms(30));
        let timer = timer.join_timeout(ms(30)).unwrap_err();
        assert_eq!(now(), ms(60));
        assert_eq!(when!(=> 7).join_timeout(Duration::ZERO).unwrap().unwrap(), 7);
        assert_eq!(now(), ms(60), "what is ready takes no time");
        waits.join_timeout(HOUR).unwrap().unwrap();
        assert_eq!(now(), HOUR);
        assert!(timer.is_finished());
        assert!(quiesce_timeout(Duration::MAX).is_ok());
        assert_eq!(now(), HOUR);
    });
}

#[test]
fn a_time_limit_is_over_although_a_resolver_is_kept() {
    simulated(|| {
        let (resolver, reply) = Promise::<u32>::new();
        let kept = Cown::new(Some(resolver));
        let reply = reply.join_timeout(HOUR).unwrap_err();
        assert_eq!(now(), HOUR);
        let latency = after(HOUR);
        when!(latency, kept => kept.take().unwrap().resolve(7));
        let reply = reply.join_timeout(HOUR / 2).unwrap_err();
        assert_eq!(now(), HOUR + HOUR / 2);
        assert_eq!(reply.join_timeout(HOUR).unwrap().unwrap(), 7);
        assert_eq!(now(), 2 * HOUR);
    });
}

#[test]
fn a_thread_that_answers_soon_is_in_time() {
    simulated(|| {
        let (resolver, reply) = Promise::new();
        let other = thread::spawn(move || resolver.resolve(7));
        // As long as the thread needs; it is not simulated.
        let mut reply = Some(reply);
        let value = loop {
            match reply.take().unwrap().join_timeout(HOUR) {
                Ok(value) => break value,
                Err(late) => reply = Some(late),
            }
        };
        assert_eq!(value.unwrap(), 7);
        other.join().unwrap();
    });
}

#[test]
fn the_order_of_timers_of_one_moment_is_explored() {
    within(LIMIT, || {
        let orders = RefCell::new(BTreeSet::new());
        let explored = explore(1000, |_| {
            let log = Cown::new(Vec::new());
            for n in 0..3 {
                let timer = after(ms(5));
                when!(timer => drop(when!(log => log.push(n))));
            }
            let log = {
                quiesce();
                when!(log => log.clone()).join().unwrap()
            };
            orders.borrow_mut().insert(log);
        });
        assert!(explored.is_complete(), "{explored}");
        assert_eq!(orders.borrow().len(), 6);
    });
}

/// Timers of one moment, and what each of them lets go: all of it may come in between.
#[test]
fn what_a_timer_lets_go_meets_the_other_timers_of_its_moment() {
    within(LIMIT, || {
        let orders = RefCell::new(BTreeSet::new());
        let explored = explore(100_000, |_| {
            let log = Cown::new(String::new());
            let (one, two) = (after(ms(5)), after(ms(5)));
            when!(one, clone log => { when!(log => log.push('a')); when!(log => log.push('b')) });
            when!(two, clone log => drop(when!(log => log.push('c'))));
            quiesce();
            orders.borrow_mut().insert(when!(log => log.clone()).join().unwrap());
        });
        assert!(explored.is_complete(), "{explored}");
        assert_eq!(orders.into_inner().into_iter().collect::<Vec<_>>(), ["abc", "acb", "cab"]);
    });
}

#[test]
fn timers_of_different_moments_have_one_order() {
    within(LIMIT, || {
        let explored = explore(1000, |_| {
            let log = Cown::new(Vec::new());
            for n in [3, 1, 2] {
                let timer = after(ms(n));
                when!(timer => drop(when!(log => log.push(n))));
            }
            quiesce();
            assert_eq!(when!(log => log.clone()).join().unwrap(), [1, 2, 3]);
        });
        assert!(explored.is_complete(), "{explored}");
        assert_eq!(explored.schedules(), 1);
    });
}

#[test]
fn an_answer_of_the_moment_of_the_time_limit_may_be_late() {
    within(LIMIT, || {
        let [in_time, late] = [(); 2].map(|()| AtomicUsize::new(0));
        let explored = explore(1000, |_| {
            let answer = after(ms(30));
            let answer = when!(answer => 7);
            match answer.join_timeout(ms(30)) {
                Ok(answer) => {
                    assert_eq!(answer.unwrap(), 7);
                    in_time.fetch_add(1, Ordering::Relaxed)
                }
                Err(_) => late.fetch_add(1, Ordering::Relaxed),
            };
            assert_eq!(now(), ms(30));
        });
        assert!(explored.is_complete(), "{explored}");
        assert!(in_time.into_inner() > 0 && late.into_inner() > 0);
    });
}

/// A request with a time-out, of which the money moves anyway.
fn pay(latency: Duration) {
    let account = Cown::new(100);
    let network = after(latency);
    let paid = when!(network, account => *account -= 30);
    let paid = paid.join_timeout(ms(30)).is_ok();
    quiesce();
    let balance = when!(read account => *account).join().unwrap();
    assert_eq!(balance, if paid { 70 } else { 100 }, "the money moves anyway");
}

#[test]
fn a_late_answer_is_found_without_sleeping() {
    within(LIMIT, || {
        assert!(explore(1000, |_| pay(ms(29))).is_complete());
        for latency in [ms(30), ms(31), HOUR] {
            let found = catch_unwind(AssertUnwindSafe(|| explore(1000, |_| pay(latency)))).unwrap_err();
            let message = found.downcast_ref::<String>().unwrap();
            assert!(message.contains("the money moves anyway"), "{message}");
        }
    });
}

#[test]
fn the_same_seed_gives_the_same_run() {
    within(LIMIT, || {
        let run = |seed| {
            let runtime = Runtime::simulated(seed);
            runtime.enter(|| {
                let log = Cown::new(Vec::new());
                for n in 0..12_u64 {
                    let timer = after(ms(n % 3));
                    when!(timer => drop(when!(log => log.push((n, now())))));
                }
                let limited = after(ms(2)).join_timeout(ms(2)).is_ok();
                quiesce();
                (limited, when!(log => log.clone()).join().unwrap())
            })
        };
        let runs: BTreeSet<_> = (0..50).map(run).collect();
        assert!(runs.len() > 40, "{}", runs.len());
        assert!((0..50).all(|seed| runs.contains(&run(seed))));
        assert!((0..50).all(|seed| run(seed) == run(seed)));
    });
}

#[test]
fn a_timer_that_nothing_waits_for_is_no_event() {
    within(LIMIT, || {
        let (resolver, promise) = thread::spawn(Promise::<i32>::new).join().unwrap();
        let runtime = Runtime::simulated(1);
        runtime.enter(|| {
            drop(after(HOUR));
            let never = after(Duration::MAX);
            let waits = when!(promise, never => *promise);
            let message = panic_message(|| waits.join());
            assert!(message.contains("this wait never ends"), "{message}");
            assert_eq!(now(), Duration::ZERO);
        });
        drop(resolver);
    });
}

#[test]
fn a_wait_that_timers_may_end_is_not_called_endless() {
    simulated(|| {
        // The resolver would be waited for in real time.
        let (resolver, promise) = Promise::<u32>::new();
        let kept = Cown::new(Some(resolver));
        let mut timer = after(HOUR);
        for _ in 0..100 {
            let next = when!(timer => after(HOUR));
            timer = next.join().unwrap();
        }
        when!(timer, kept => kept.take().unwrap().resolve(7));
        assert_eq!(promise.join().unwrap(), 7);
        assert_eq!(now(), 101 * HOUR);
        scope(|s| drop(when!(in s; => after(HOUR))));
        assert_eq!(now(), 101 * HOUR, "a timer alone is not waited for");
        quiesce();
        assert_eq!(now(), 101 * HOUR);
    });
}

#[test]
fn code_that_asks_again_and_again_lets_time_pass() {
    simulated(|| {
        let timer = after(HOUR);
        while !timer.is_finished() {}
        assert_eq!(now(), HOUR);
        pollster::block_on(async { after(HOUR).await }).unwrap();
        assert_eq!(now(), 2 * HOUR);
    });
}

#[test]
fn a_loop_that_pumps_goes_from_frame_to_frame() {
    within(LIMIT, || {
        explore(50, |rt| {
            let main = rt.main();
            let frames = PinnedCown::new(main, Vec::new());
            let frame = PumpLimits::new().deadline(ms(16));
            let timer = after(ms(40));
            when!(timer, pinned frames => frames.push(now()));
            let mut pumps = 0;
            while main.with(&frames, |frames| frames.is_empty()).unwrap() {
                assert_eq!(now(), (pumps * ms(16)).min(ms(40)));
                assert!(!main.pump_with(frame.clone()).deadline_reached);
                pumps += 1;
            }
            assert_eq!(main.with(&frames, |frames| frames.clone()).unwrap(), [ms(40)]);
        });
    });
}

#[test]
fn the_deadline_of_a_pump_is_one_of_virtual_time() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        let main = MainThread::claim().unwrap();
        runtime.enter(|| {
            let timer = after(ms(16));
            for _ in 0..2 {
                let label = PinnedCown::new(&main, 0);
                drop(when!(read timer, pinned label => *label += 1));
            }
            let result = main.pump_with(PumpLimits::new().deadline(ms(16)));
            assert_eq!(now(), ms(16));
            assert_eq!((result.executed, result.deadline_reached, result.remaining), (1, true, 1));
            assert_eq!(main.pump().executed, 1);
        });
    });
}

#[test]
fn a_watchdog_does_not_hear_of_virtual_time() {
    within(LIMIT, || {
        let told = Arc::new(AtomicUsize::new(0));
        let main = MainThread::claim().unwrap();
        let sink = Arc::clone(&told);
        let watchdog = Watchdog::new(ms(1)).on_starve(move |_| {
            sink.fetch_add(1, Ordering::Relaxed);
        });
        main.set_watchdog(Some(watchdog));
        let runtime = Runtime::simulated(1);
        let label = PinnedCown::new(&main, 0);
        let waits = runtime.enter(|| when!(pinned label => *label += 1));
        thread::sleep(ms(30)); // real time, and without a pump
        waits.join().unwrap();
        assert_eq!(told.load(Ordering::Relaxed), 0);
        main.set_watchdog(None);
    });
}

#[test]
fn timers_of_a_simulation_that_ends_are_cancelled() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        let (timer, never) = runtime.enter(|| (after(HOUR), after(Duration::MAX)));
        let waits = runtime.when(&timer, |_| ());
        drop(runtime);
        for promise in [timer, never, waits] {
            assert_eq!(promise.join().unwrap_err().kind(), FailureKind::Cancelled);
        }
        let timer = thread::spawn(|| {
            let runtime = Runtime::simulated(1);
            (runtime.enter(|| after(HOUR)), runtime)
        });
        let (timer, runtime) = timer.join().unwrap();
        let failure = timer.join().unwrap_err();
        assert!(
            failure.message().starts_with("the timer made at tests/tests/time/simulated.rs:"),
            "{failure}"
        );
        drop(runtime);
    });
}

#[test]
fn a_runtime_that_is_entered_has_its_own_time() {
    within(LIMIT, || {
        let simulated = Runtime::simulated(1);
        let real = Runtime::builder().workers(1).build().unwrap();
        simulated.enter(|| {
            after(HOUR).join().unwrap();
            let real_time = real.enter(|| {
                assert!(now() < HOUR);
                after(ms(1)).join().unwrap();
                now()
            });
            assert!(real_time >= ms(1));
            assert_eq!(now(), HOUR);
        });
    });
}
