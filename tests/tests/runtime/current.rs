//! Promise: the current runtime can be asked: for its figures, for a hold, and for a handle that does
//! not own it; a wait for it may have a limit.

use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc::{FailureKind, RuntimeHandle};
use boc_tests::{Drops, Gate, LIMIT, on_exactly, on_home, on_workers, panic_message, within};

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("a runtime")
}

fn is_handle<T: Clone + Send + Sync + std::fmt::Debug + std::panic::UnwindSafe + 'static>(_: &T) {}

#[test]
fn the_entered_runtime_is_the_current_one_and_a_bodys_own_in_a_body() {
    within(LIMIT, || {
        let (one, three) = (runtime(1), runtime(3));
        three.enter(|| {
            assert_eq!(Runtime::current().stats().workers, 3);
            assert_eq!(boc::stats().workers, 3);
            assert_eq!(boc::worker_stats().len(), 3);
            let inner = one.when((), |()| (boc::stats().workers, Runtime::current().stats().workers));
            assert_eq!(inner.join().unwrap(), (1, 1), "the body's own");
            assert_eq!(one.enter(|| Runtime::current().stats().workers), 1);
        });
    });
}

#[test]
fn a_handle_does_what_a_reference_does() {
    within(LIMIT, || {
        let runtime = runtime(2);
        let rt: RuntimeHandle = runtime.enter(Runtime::current);
        is_handle(&rt);
        let count = Cown::new(0);
        rt.when(&count, |mut count| *count += 1);
        when!(in rt; count => *count += 1);
        when!(in &rt; count => *count += 1);
        rt.enter(|| when!(count => *count += 1));
        let hold = rt.hold();
        assert!(rt.quiesce_timeout(Duration::from_millis(1)).is_err());
        drop(hold);
        rt.quiesce();
        assert_eq!(rt.stats().finished, 5, "a hold counts as one");
        assert_eq!(rt.worker_stats().len(), 2);
        assert!(format!("{rt:?}").starts_with("RuntimeHandle"));
        let by_reference: &Runtime = &rt;
        assert_eq!(by_reference.when(&count, |count| *count).join().unwrap(), 4);
        let elsewhere = thread::spawn({
            let rt = rt.clone();
            move || rt.when((), |()| Runtime::current().stats().workers).join().unwrap()
        });
        assert_eq!(elsewhere.join().unwrap(), 2);
        drop(rt);
        assert_eq!(runtime.when(&count, |count| *count).join().unwrap(), 4, "no handle ends it");
    });
}

#[test]
fn a_handle_of_a_runtime_that_is_gone_cancels() {
    within(LIMIT, || {
        let (runtime, drops) = (runtime(1), Drops::new());
        let (rt, count) = (runtime.handle(), Cown::new(0));
        rt.when(&count, |mut count| *count += 1);
        rt.quiesce();
        drop(runtime);
        for _ in 0..100 {
            let token = drops.token();
            let late = rt.when(&count, move |_| drop(token));
            assert_eq!(late.join().unwrap_err().kind(), FailureKind::Cancelled);
        }
        assert_eq!(drops.count(), 100, "what they captured is dropped");
        rt.quiesce();
        assert_eq!(rt.stats().scheduled, 101);
        assert_eq!(rt.stats().finished, 101);
        let other = rt.clone().enter(|| when((), |()| ()));
        assert_eq!(other.join().unwrap_err().kind(), FailureKind::Cancelled);
        assert_eq!(count.try_into_inner().unwrap(), 1, "and what they requested is released");
    });
}

/// The last handle goes while what was scheduled through it waits for a cown of another runtime.
#[test]
fn the_last_handle_may_go_before_what_it_has_scheduled() {
    on_workers(1, || {
        let (gate, held) = (Gate::new(), Cown::new(0));
        let holder = when!(held, clone gate => { gate.pass(); *held += 1; });
        gate.until_waiting(1);
        let runtime = runtime(1);
        let rt = runtime.handle();
        let before = rt.when(&held, |_| ());
        drop(runtime);
        let after = rt.when(&held, |_| ());
        drop(rt);
        for promise in [before, after] {
            assert_eq!(promise.join().unwrap_err().kind(), FailureKind::Cancelled);
        }
        gate.open();
        holder.join().unwrap();
        assert_eq!(when!(held => *held).join().unwrap(), 1);
    });
}

/// Deep in destructors, what is cancelled is put off: the core has to be there until then.
#[test]
fn the_last_handle_may_go_deep_in_destructors() {
    struct Nested(usize, Option<RuntimeHandle>);
    impl Drop for Nested {
        fn drop(&mut self) {
            let rt = self.1.take().expect("each passes it on");
            if self.0 > 0 {
                drop(Cown::new(Nested(self.0 - 1, Some(rt))));
            } else {
                drop(rt.when((), |()| ()));
            }
        }
    }
    within(LIMIT, || {
        for depth in [0, 1, 15, 16, 17, 40] {
            let runtime = runtime(1);
            let rt = runtime.handle();
            drop(runtime);
            drop(Cown::new(Nested(depth, Some(rt))));
        }
    });
}

#[test]
fn a_handle_races_with_the_end_of_its_runtime() {
    within(LIMIT, || {
        for round in 0..200 {
            let runtime = runtime(1 + round % 2);
            let (rt, counted) = (runtime.handle(), Cown::new(0));
            let scheduler = thread::spawn(move || {
                let promises: Vec<_> = (0..20).map(|_| rt.when(&counted, |mut count| *count += 1)).collect();
                drop(rt);
                for promise in promises {
                    match promise.join() {
                        Ok(()) => {}
                        Err(failure) => assert_eq!(failure.kind(), FailureKind::Cancelled),
                    }
                }
            });
            if round % 3 == 0 {
                thread::yield_now();
            }
            drop(runtime);
            scheduler.join().unwrap();
        }
    });
}

#[test]
fn a_simulated_runtime_can_be_asked_too() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        let ran = runtime.enter(|| {
            let rt = Runtime::current();
            let inner = when!(=> boc::stats().scheduled);
            assert_eq!(rt.stats().scheduled, 1);
            let hold = boc::hold();
            assert!(boc::quiesce_timeout(Duration::from_millis(1)).is_err());
            drop(hold);
            assert!(boc::wait_timeout(Duration::from_secs(60)).is_ok());
            inner.join().unwrap()
        });
        assert_eq!(ran, 2);
        let rt = runtime.handle();
        drop(runtime);
        assert_eq!(rt.when((), |()| ()).join().unwrap_err().kind(), FailureKind::Cancelled);
    });
}

#[test]
fn explored_runs_have_their_own() {
    within(LIMIT, || {
        boc::explore(50, |_| {
            let (rt, sum) = (Runtime::current(), Cown::new(0));
            for amount in 1..=2 {
                when!(in rt; sum => *sum += amount);
            }
            quiesce();
            assert_eq!(boc::stats().finished, 2);
            assert_eq!(when!(sum => *sum).join().unwrap(), 3);
        });
    });
}

#[test]
fn a_hold_of_the_current_runtime_keeps_it_from_being_quiescent() {
    on_workers(1, || {
        let hold = boc::hold();
        assert!(boc::quiesce_timeout(Duration::from_millis(1)).is_err());
        assert!(boc::wait_timeout(Duration::from_millis(1)).is_err());
        let opener = thread::spawn(move || drop(hold));
        quiesce();
        opener.join().unwrap();
    });
}

#[test]
fn a_wait_that_times_out_leaves_the_runtime_as_it_was() {
    on_exactly(1, || {
        let (gate, count) = (Gate::new(), Cown::new(0));
        let stuck = when!(count, clone gate => { gate.pass(); *count += 1; });
        gate.until_waiting(1);
        let error = boc::wait_timeout(Duration::from_millis(1)).unwrap_err();
        assert_eq!(error.to_string(), "the time was over before every behavior was finished");
        let behind = when!(count => { *count += 1; *count });
        gate.open();
        stuck.join().unwrap();
        assert_eq!(behind.join().unwrap(), 2);
        boc::wait_timeout(LIMIT).expect("nothing is left");
        boc::wait_timeout(Duration::ZERO).expect("no thread is left");
        assert_eq!(when!(count => *count).join().unwrap(), 2, "started afresh");
        boc::wait_timeout(Duration::MAX).expect("for ever");
    });
}

/// A destructor of a worker's thread-local that does not end is waited for, but not for longer.
#[test]
fn a_wait_with_a_limit_does_not_wait_longer_for_a_threads_end() {
    struct AtEnd(Gate);
    impl Drop for AtEnd {
        fn drop(&mut self) {
            self.0.pass();
        }
    }
    thread_local!(static AT_END: std::cell::RefCell<Option<AtEnd>> = const { std::cell::RefCell::new(None) });
    for home in [false, true] {
        let body = || {
            let gate = Gate::new();
            when!(clone gate => AT_END.with(|end| *end.borrow_mut() = Some(AtEnd(gate))));
            quiesce();
            assert!(boc::wait_timeout(Duration::from_millis(20)).is_err(), "the thread has not ended");
            gate.until_waiting(1);
            assert_eq!(when!(=> 7).join().unwrap(), 7, "another thread runs it");
            gate.open();
            boc::wait_timeout(LIMIT).expect("the threads have ended");
        };
        if home { on_home(1, |_| body()) } else { on_workers(1, body) }
    }
}

#[test]
fn a_shutdown_that_times_out_gives_the_runtime_back() {
    within(LIMIT, || {
        let (runtime, gate) = (runtime(1), Gate::new());
        let its = gate.clone();
        let stuck = runtime.when((), move |()| its.pass());
        let Err(runtime) = runtime.shutdown_timeout(Duration::from_millis(1)) else {
            panic!("it waits at a gate")
        };
        assert_eq!(runtime.stats().finished, 0);
        let behind = runtime.when((), |()| 7);
        gate.open();
        runtime.shutdown_timeout(LIMIT).expect("nothing keeps it");
        assert!(stuck.is_finished());
        assert_eq!(behind.join().unwrap(), 7);
    });
}

#[test]
fn in_a_body_waits_are_refused_and_figures_are_not() {
    on_workers(1, || {
        let refused = when!(=> {
            let wait = panic_message(|| boc::wait_timeout(Duration::from_millis(1)));
            let shutdown = panic_message(|| {
                let own = Runtime::builder().workers(1).build().expect("a runtime");
                own.shutdown_timeout(Duration::from_millis(1)).map_err(drop)
            });
            drop(boc::hold());
            [wait, shutdown]
        });
        let [wait, shutdown] = refused.join().unwrap();
        assert!(wait.starts_with("`wait_timeout` was called inside a behavior"), "{wait}");
        assert!(shutdown.starts_with("`shutdown_timeout` was called inside a behavior"), "{shutdown}");
    });
}

#[test]
fn figures_are_readable_after_the_wait() {
    on_exactly(2, || {
        let count = Cown::new(0);
        for _ in 0..100 {
            when!(count => *count += 1);
        }
        boc::wait();
        let stats = boc::stats();
        assert_eq!((stats.scheduled, stats.finished), (100, 100));
        assert_eq!(boc::worker_stats().iter().map(|worker| worker.finished).sum::<u64>(), 100);
    });
}
