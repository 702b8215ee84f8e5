//! Promise: a program may do something at the start and the end of each worker's thread, and may make the
//! threads itself; whatever it does there, nothing hangs and nothing aborts.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc::{Builder, FailureKind, ThreadBuilder};
use boc_tests::{Gate, LIMIT, panic_message, within};
use parking_lot::Mutex;

type Log = Arc<Mutex<Vec<(&'static str, usize, Option<String>)>>>;

/// A hook that notes what it is, the worker, and the name of its thread.
fn noting(log: &Log, what: &'static str) -> impl Fn(usize) + Send + Sync + use<> {
    let log = log.clone();
    move |worker| log.lock().push((what, worker, thread::current().name().map(str::to_owned)))
}

fn of(log: &Log, what: &str) -> Vec<usize> {
    let mut of: Vec<_> = log.lock().iter().filter(|entry| entry.0 == what).map(|entry| entry.1).collect();
    of.sort_unstable();
    of
}

/// Makes a plain thread.
fn spawn(worker: ThreadBuilder) -> io::Result<()> {
    let mut builder = thread::Builder::new();
    if let Some(name) = worker.name() {
        builder = builder.name(name.to_owned());
    }
    if let Some(size) = worker.stack_size() {
        builder = builder.stack_size(size);
    }
    builder.spawn(|| worker.run()).map(drop)
}

/// Both ways to have threads.
fn builders() -> [Builder; 2] {
    [Runtime::builder(), Runtime::builder().spawn_handler(spawn)]
}

/// Waits until something is so that no wait is for.
fn until(so: impl Fn() -> bool) {
    let end = Instant::now() + LIMIT;
    while !so() {
        assert!(Instant::now() < end, "it never is");
        thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn each_thread_calls_its_hooks_once_and_again_when_it_is_started_again() {
    for builder in builders() {
        within(LIMIT, || {
            let log = Log::default();
            let runtime = builder
                .workers(3)
                .thread_name("hooked")
                .on_thread_start(noting(&log, "start"))
                .on_thread_stop(noting(&log, "stop"))
                .build()
                .unwrap();
            for round in 1..=3 {
                let first = runtime.when((), {
                    let log = log.clone();
                    move |()| {
                        let mine = thread::current().name().map(str::to_owned);
                        log.lock().iter().filter(|entry| entry.0 == "start" && entry.2 == mine).count()
                    }
                });
                assert_eq!(first.join().unwrap(), round, "before the first behavior");
                runtime.enter(boc::wait);
                let workers: Vec<_> = (0..3).flat_map(|worker| vec![worker; round]).collect();
                assert_eq!(of(&log, "start"), workers);
                assert_eq!(of(&log, "stop"), workers, "`wait` waits for the stop hooks");
            }
            for (_, worker, name) in &*log.lock() {
                assert_eq!(name.as_deref(), Some(&*format!("hooked-{worker}")));
            }
            drop(runtime.when((), |()| ()));
            drop(runtime);
            assert_eq!(of(&log, "stop").len(), 12, "and so does the drop");
        });
    }
}

#[test]
fn a_hook_that_panics_takes_no_thread_down() {
    for builder in builders() {
        within(LIMIT, || {
            let calls = Arc::new(AtomicUsize::new(0));
            let hook = || {
                let calls = calls.clone();
                move |_| {
                    calls.fetch_add(1, Ordering::Relaxed);
                    panic!("in a hook");
                }
            };
            let runtime = builder.workers(2).on_thread_start(hook()).on_thread_stop(hook()).build().unwrap();
            assert_eq!(runtime.when((), |()| 7).join().unwrap(), 7);
            runtime.shutdown();
            assert_eq!(calls.load(Ordering::Relaxed), 4);
        });
    }
}

#[test]
fn a_hook_may_schedule_on_its_runtime_but_not_wait() {
    for builder in builders() {
        within(LIMIT, || {
            let (said, ran) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
            let (told, counted) = (said.clone(), ran.clone());
            let runtime = builder
                .workers(2)
                .on_thread_start(move |_| {
                    assert_eq!(Runtime::current().stats().workers, 2);
                    let counted = counted.clone();
                    let scheduled = when((), move |()| counted.fetch_add(1, Ordering::Relaxed));
                    told.lock().push(panic_message(|| scheduled.join()));
                })
                .build()
                .unwrap();
            until(|| said.lock().len() == 2);
            runtime.quiesce();
            assert_eq!(ran.load(Ordering::Relaxed), 2);
            assert!(said.lock().iter().all(|said| said.starts_with("`join` was called inside a behavior")));
        });
    }
}

#[test]
fn a_spawn_handler_makes_the_threads_with_their_names_and_stacks() {
    /// Needs some megabytes.
    fn deep(levels: usize) -> usize {
        let room = [levels as u8; 4096];
        let below = if levels == 0 { 0 } else { deep(levels - 1) };
        std::hint::black_box(&room);
        below + 1
    }
    for builder in builders() {
        within(LIMIT, || {
            let runtime = builder
                .workers(2)
                .thread_name(|worker| format!("w{worker}"))
                .stack_size(64 << 20)
                .build()
                .unwrap();
            let names: HashSet<_> = (0..1_000)
                .map(|_| runtime.when((), |()| thread::current().name().map(str::to_owned)))
                .collect::<Vec<_>>()
                .into_iter()
                .map(|name| name.join().unwrap().unwrap())
                .collect();
            assert!(names.iter().all(|name| name == "w0" || name == "w1"), "{names:?}");
            assert_eq!(runtime.when((), |()| deep(3_000)).join().unwrap(), 3_001);
        });
    }
}

#[test]
fn the_handlers_error_is_the_builders_and_no_thread_is_left() {
    within(LIMIT, || {
        let (running, starts) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (counted, started) = (running.clone(), starts.clone());
        let error = Runtime::builder()
            .workers(3)
            .on_thread_start(move |_| {
                started.fetch_add(1, Ordering::Relaxed);
            })
            .spawn_handler(move |worker| {
                if worker.index() == 2 {
                    return Err(io::Error::new(ErrorKind::OutOfMemory, "no third one"));
                }
                counted.fetch_add(1, Ordering::Relaxed);
                let counted = counted.clone();
                thread::spawn(move || {
                    worker.run();
                    counted.fetch_sub(1, Ordering::Relaxed);
                });
                Ok(())
            })
            .build()
            .unwrap_err();
        assert_eq!((error.kind(), error.to_string()), (ErrorKind::OutOfMemory, "no third one".to_owned()));
        until(|| running.load(Ordering::Relaxed) == 0);
        assert_eq!(starts.load(Ordering::Relaxed), 0, "none has worked");
    });
}

#[test]
fn a_handler_that_drops_a_thread_or_panics_says_so_at_the_call() {
    within(LIMIT, || {
        let dropping = |_: ThreadBuilder| Ok(());
        let error = Runtime::builder().workers(2).spawn_handler(dropping).build().unwrap_err();
        assert!(error.to_string().contains("has dropped the `ThreadBuilder`"), "{error}");
        let inline = |worker: ThreadBuilder| {
            worker.run();
            Ok(())
        };
        let said = panic_message(|| Runtime::builder().workers(2).spawn_handler(inline).build());
        assert!(said.contains("call it on a thread of its own"), "{said}");
    });
}

/// Says, for each call of the handler, what it does.
fn scripted(script: Receiver<&'static str>) -> impl Fn(ThreadBuilder) -> io::Result<()> + Send + Sync {
    let script = Mutex::new(script);
    move |worker| {
        let what = script.lock().try_recv().unwrap_or("spawn");
        match what {
            "fail" => Err(io::Error::other("no more")),
            "panic" => panic!("in the handler"),
            "drop" => {
                drop(worker);
                Ok(())
            }
            _ => spawn(worker),
        }
    }
}

fn with_script(workers: usize) -> (Runtime, Sender<&'static str>) {
    let (say, script) = channel();
    (Runtime::builder().workers(workers).spawn_handler(scripted(script)).build().unwrap(), say)
}

#[test]
fn a_handler_that_fails_later_fails_the_call_and_the_next_call_tries_again() {
    within(LIMIT, || {
        let (runtime, say) = with_script(2);
        for what in ["fail", "drop", "panic"] {
            runtime.enter(boc::wait);
            say.send(what).unwrap();
            let said = panic_message(|| runtime.when((), |()| ()));
            match what {
                "fail" => assert!(said.ends_with("cannot be started: no more"), "{said}"),
                "drop" => assert!(said.contains("has dropped the `ThreadBuilder`"), "{said}"),
                _ => assert_eq!(said, "in the handler"),
            }
            assert_eq!(runtime.when((), |()| 7).join().unwrap(), 7);
            assert_eq!(runtime.stats().in_flight, 0);
        }
    });
}

/// An entered runtime that has no threads: it is the behavior that calls for them.
#[test]
fn a_handler_that_fails_where_no_call_waits_cancels_and_the_next_behavior_tries_again() {
    within(LIMIT, || {
        let (runtime, say) = with_script(1);
        runtime.enter(|| {
            boc::wait();
            assert_eq!(when!(=> 7).join().unwrap(), 7, "a thread of its own has called the handler");
            for what in ["fail", "drop", "panic"] {
                boc::wait();
                say.send(what).unwrap();
                let failure = when!(=> 7).join().unwrap_err();
                assert_eq!(failure.kind(), FailureKind::Cancelled);
                assert!(failure.message().contains("spawn handler has made no thread"), "{failure}");
                quiesce();
                assert_eq!(when!(=> 7).join().unwrap(), 7);
            }
        });
    });
}

#[test]
fn a_thread_that_never_comes_is_a_worker_less_and_the_last_one_cancels() {
    within(LIMIT, || {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keeper = kept.clone();
        let runtime = Runtime::builder()
            .workers(2)
            .spawn_handler(move |worker| {
                keeper.lock().push(worker);
                Ok(())
            })
            .build()
            .unwrap();
        let waits = runtime.when((), |()| ());
        assert!(runtime.quiesce_timeout(Duration::from_millis(5)).is_err());
        let one = kept.lock().pop().unwrap();
        drop(one);
        assert!(!waits.is_finished());
        let last = kept.lock().pop().unwrap();
        drop(last);
        assert_eq!(waits.join().unwrap_err().kind(), FailureKind::Cancelled);
        // The next call has two more made; this time one of them comes.
        let waits = runtime.when((), |()| 7);
        let one = kept.lock().pop().unwrap();
        let other = kept.lock().pop().unwrap();
        spawn(one).unwrap();
        drop(other);
        assert_eq!(waits.join().unwrap(), 7);
        runtime.shutdown();
    });
}

#[test]
fn a_thread_may_come_late_and_serve_several_runtimes_in_turn() {
    within(LIMIT, || {
        let (send, workers) = channel::<ThreadBuilder>();
        let pool = thread::spawn(move || workers.into_iter().for_each(ThreadBuilder::run));
        let mut seen = HashSet::new();
        for _ in 0..3 {
            let (send, log) = (send.clone(), Log::default());
            let send = Mutex::new(send);
            let runtime = Runtime::builder()
                .workers(1)
                .on_thread_stop(noting(&log, "stop"))
                .spawn_handler(move |worker| {
                    send.lock().send(worker).map_err(|_| io::Error::other("no pool"))
                })
                .build()
                .unwrap();
            seen.insert(runtime.when((), |()| thread::current().id()).join().unwrap());
            runtime.shutdown();
            assert_eq!(of(&log, "stop"), [0]);
        }
        drop(send);
        assert_eq!(seen, HashSet::from([pool.thread().id()]));
        pool.join().unwrap();
    });
}

#[test]
fn calls_that_meet_have_the_threads_made_once() {
    within(LIMIT, || {
        for _ in 0..50 {
            let calls = Arc::new(AtomicUsize::new(0));
            let counted = calls.clone();
            let runtime = Runtime::builder()
                .workers(2)
                .spawn_handler(move |worker| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    spawn(worker)
                })
                .build()
                .unwrap();
            runtime.enter(boc::wait);
            let gate = Gate::new();
            thread::scope(|scope| {
                let callers: Vec<_> = (0..4)
                    .map(|number| {
                        let (gate, rt) = (gate.clone(), runtime.handle());
                        scope.spawn(move || {
                            gate.pass();
                            rt.when((), move |()| number).join().unwrap()
                        })
                    })
                    .collect();
                gate.until_waiting(4);
                gate.open();
                let sum: u32 = callers.into_iter().map(|caller| caller.join().unwrap()).sum();
                assert_eq!(sum, 6);
            });
            assert_eq!(calls.load(Ordering::Relaxed), 4);
        }
    });
}

/// The stop hook waits, by other means than boc's, for a behavior that is pinned where the runtime is
/// waited for.
#[test]
fn a_stop_hook_may_need_what_is_pinned_where_the_runtime_is_waited_for() {
    for builder in builders() {
        within(LIMIT, || {
            let main = MainThread::claim().unwrap();
            let (pinned, ran) = (PinnedCown::new(&main, 0), Arc::new(AtomicUsize::new(0)));
            let other = Runtime::builder().workers(1).build().unwrap();
            let (rt, counted) = (other.handle(), ran.clone());
            let runtime = builder
                .workers(1)
                .on_thread_stop(move |_| {
                    let (done, wait) = channel();
                    rt.when(boc::pinned(&pinned), move |mut pinned| {
                        *pinned += 1;
                        done.send(()).unwrap();
                    });
                    wait.recv().unwrap();
                    counted.fetch_add(1, Ordering::Relaxed);
                })
                .build()
                .unwrap();
            runtime.enter(boc::wait);
            assert_eq!(ran.load(Ordering::Relaxed), 1);
            runtime.when((), |()| ()).join().unwrap();
            drop(runtime);
            assert_eq!(ran.load(Ordering::Relaxed), 2);
        });
    }
}
