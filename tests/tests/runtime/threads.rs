//! Promise: the threads of a runtime end and start again whatever user code does at their ends: the
//! destructors of their thread-locals may schedule, wait and drop runtimes, and a name that cannot
//! be made is an error at the call that asks for threads.

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{LIMIT, on_home, panic_message, within};

type Deed = Box<dyn FnOnce()>;

/// Does something when its thread ends.
#[derive(Default)]
struct AtEnd(RefCell<Option<Deed>>);

impl Drop for AtEnd {
    fn drop(&mut self) {
        if let Some(deed) = self.0.take() {
            deed();
        }
    }
}

thread_local!(static AT_END: AtEnd = AtEnd::default());

/// Puts this off until the calling thread ends.
fn at_end(deed: impl FnOnce() + 'static) {
    AT_END.with(|end| *end.0.borrow_mut() = Some(Box::new(deed)));
}

fn one_worker() -> Runtime {
    Runtime::builder().workers(1).build().expect("a runtime")
}

/// A handle of a runtime for a body: dropped by `take`.
type Shared = Arc<parking_lot::Mutex<Option<Runtime>>>;

/// Drops the runtime if it is still there, and not under the lock.
fn take(runtime: &Shared) {
    let taken = runtime.lock().take();
    drop(taken);
}

fn shared(runtime: Runtime) -> Shared {
    Arc::new(parking_lot::Mutex::new(Some(runtime)))
}

#[test]
fn wait_runs_what_a_destructor_schedules_while_the_threads_end() {
    within(LIMIT, || {
        let runtime = Arc::new(one_worker());
        let total = Cown::new(0);
        for round in 1..=20 {
            let (its_own, counted) = (runtime.clone(), total.clone());
            runtime.when((), move |()| {
                at_end(move || drop(its_own.when(&counted, |mut total| *total += 1)));
            });
            runtime.enter(boc::wait);
            // Not started again by this: `wait` has seen to it.
            assert_eq!(runtime.when(&total, |total| *total).join().unwrap(), round);
            runtime.enter(boc::wait);
        }
    });
}

#[test]
fn shutdown_runs_what_a_destructor_schedules_and_waits_for() {
    within(LIMIT, || {
        let (runtime, ran) = (one_worker(), Arc::new(AtomicUsize::new(0)));
        let (other, counted) = (one_worker(), ran.clone());
        runtime.when((), move |()| {
            at_end(move || {
                let counted_there = counted.clone();
                let seven = other.when((), move |()| {
                    counted_there.fetch_add(1, Ordering::SeqCst);
                    7
                });
                assert_eq!(seven.join().unwrap(), 7, "a destructor may wait");
                counted.fetch_add(1, Ordering::SeqCst);
            });
        });
        runtime.shutdown();
        assert_eq!(ran.load(Ordering::SeqCst), 2);
    });
}

/// The runtime's own threads have left their loops then: new ones run what the destructor waits for.
#[test]
fn a_destructor_may_wait_for_its_own_runtime_while_that_stops() {
    within(LIMIT, || {
        let runtime = Arc::new(one_worker());
        let (done, told) = channel();
        let its_own = runtime.clone();
        runtime.when((), move |()| {
            at_end(move || done.send(its_own.when((), |()| 7).join().unwrap()).unwrap());
        });
        runtime.enter(boc::wait);
        assert_eq!(told.try_recv(), Ok(7), "`wait` joins the thread");
    });
}

#[test]
fn what_a_destructor_schedules_on_a_runtime_that_is_dropped_is_cancelled() {
    within(LIMIT, || {
        let (done, told) = channel();
        let runtime = shared(one_worker());
        // A promise of the runtime is how a destructor schedules on it although it is gone: a batch.
        let scheduled = runtime.lock().as_ref().unwrap().when((), move |()| {
            boc::batch(|b| {
                let (late, done) = (b.when((), |()| ()), done);
                at_end(move || done.send(late.join().map_err(|failure| failure.kind())).unwrap());
            });
        });
        scheduled.join().unwrap();
        take(&runtime);
        let outcome = told.recv().expect("the destructor runs");
        assert!(outcome == Ok(()) || outcome == Err(FailureKind::Cancelled), "{outcome:?}");
    });
}

#[test]
fn a_destructor_may_need_what_is_pinned_where_the_runtime_is_waited_for() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, Rc::new(Cell::new(0)));
        for drops in [false, true] {
            let runtime = one_worker();
            let drawn = canvas.clone();
            let ready = runtime.when((), move |()| {
                at_end(move || when(pinned(&drawn), |canvas| canvas.set(canvas.get() + 1)).join().unwrap());
            });
            ready.join().unwrap();
            if drops { drop(runtime) } else { runtime.shutdown() }
        }
        assert_eq!(main.with(&canvas, |canvas| canvas.get()), Ok(2));
    });
}

#[test]
fn destructors_may_drop_each_others_runtimes() {
    within(LIMIT, || {
        let (one, two) = (shared(one_worker()), shared(one_worker()));
        let crossed = |from: &Shared, other: &Shared| {
            let other = other.clone();
            let ready = from.lock().as_ref().unwrap().when((), move |()| {
                at_end(move || take(&other));
            });
            ready.join().unwrap();
        };
        crossed(&one, &two);
        crossed(&two, &one);
        take(&one);
        while two.lock().is_some() {
            std::thread::yield_now();
        }
    });
}

#[test]
fn many_threads_stop_and_start_one_runtime() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(2).build().expect("a runtime");
        let total = Cown::new(0_u32);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    runtime.enter(|| {
                        for _ in 0..200 {
                            runtime.when(&total, |mut total| *total += 1).join().unwrap();
                            boc::wait();
                        }
                    });
                });
            }
        });
        assert_eq!(runtime.when(&total, |total| *total).join().unwrap(), 800);
    });
}

/// Names that panic at the second start.
fn names(starts: Arc<AtomicUsize>) -> impl Fn(usize) -> String + Send + Sync {
    move |worker| match starts.fetch_add(1, Ordering::SeqCst) {
        1 => panic!("no name"),
        _ => format!("named-{worker}"),
    }
}

#[test]
fn a_name_that_panics_is_a_panic_at_the_call_and_the_next_call_starts_the_threads() {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(1).thread_name(names(Arc::default())).build().unwrap();
        runtime.enter(boc::wait);
        assert_eq!(panic_message(|| runtime.when((), |()| 1)), "no name");
        runtime.quiesce();
        let name = runtime.when((), |()| std::thread::current().name().map(str::to_owned));
        assert_eq!(name.join().unwrap().as_deref(), Some("named-0"));
    });
}

/// No user code runs inside a release, so the names are those of the last start.
#[test]
fn a_release_that_starts_threads_asks_for_no_names() {
    within(LIMIT, || {
        let starts = Arc::new(AtomicUsize::new(0));
        let runtime = Runtime::builder().workers(1).thread_name(names(starts.clone())).build().unwrap();
        let (other, cown) = (one_worker(), Cown::new(0));
        let (go, wait): (Sender<()>, _) = channel();
        other.when(&cown, move |_| wait.recv().unwrap());
        let name = runtime.enter(|| {
            boc::wait();
            when(&cown, |_| std::thread::current().name().map(str::to_owned))
        });
        go.send(()).unwrap();
        assert_eq!(name.join().unwrap().as_deref(), Some("named-0"));
        assert_eq!(starts.load(Ordering::SeqCst), 1);
    });
}

#[test]
fn a_name_with_a_zero_byte_is_an_error() {
    let error = Runtime::builder().workers(1).thread_name("a\0b").build().expect_err("no thread can have it");
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(error.to_string().contains("zero byte"), "{error}");

    // And at a later start.
    let starts = AtomicUsize::new(0);
    let name =
        move |_| if starts.fetch_add(1, Ordering::SeqCst) == 0 { "one".to_owned() } else { "\0".to_owned() };
    let runtime = Runtime::builder().workers(1).thread_name(name).build().unwrap();
    within(LIMIT, || {
        runtime.enter(boc::wait);
        assert!(panic_message(|| runtime.when((), |()| ())).contains("zero byte"));
    });
}

/// A runtime whose worker does this at its end.
fn whose_worker_ends_with(deed: impl FnOnce() + Send + 'static) -> Runtime {
    let runtime = one_worker();
    runtime.when((), move |()| at_end(deed)).join().expect("no panic");
    runtime
}

#[test]
fn a_body_may_drop_a_runtime_whose_thread_waits_for_what_the_body_holds() {
    on_home(1, |main| {
        let (log, canvas) = (Cown::new(0), PinnedCown::new(main, 0));
        let waits_for_log = |log: &Cown<i32>| {
            let log = log.clone();
            whose_worker_ends_with(move || when!(log => *log += 1).join().unwrap())
        };
        let runtime = waits_for_log(&log);
        main.when(&log, move |_log| drop(runtime)).join().unwrap();

        let pinned_here = canvas.clone();
        let runtime =
            whose_worker_ends_with(move || when!(pinned pinned_here => *pinned_here += 1).join().unwrap());
        main.with(&canvas, |_| drop(runtime)).unwrap();

        let runtime = waits_for_log(&log);
        let simulated = Runtime::simulated(1);
        simulated.when(&log, move |_log| drop(runtime)).join().unwrap();
        drop(simulated);
        while when!(log => *log).join().unwrap() != 2 || when!(pinned canvas => *canvas).join().unwrap() != 1
        {
        }
    });
}
