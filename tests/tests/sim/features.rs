//! Simulated runtimes: the whole contract holds in them, and what cannot be is refused or told.

use std::cell::Cell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc::{batch, explore, quiesce_timeout, scope, try_when, wait};
use boc_tests::{Drops, LIMIT, panic_message, within};

/// Under many schedules, or all.
fn everywhere(test: impl Fn(&boc::Simulation) + Sync) {
    within(LIMIT, || explore(200, |rt| test(rt)));
}

#[test]
fn requests_of_every_kind() {
    everywhere(|_| {
        let (a, b) = (Cown::new(1), Cown::new(2));
        let cells: Vec<_> = (0..3).map(Cown::new).collect();
        let none: Option<&Cown<i32>> = None;
        let sum = when!(a, read b, cells => {
            *a += *b;
            cells[0] += 10;
            when!(a => *a *= 2); // a guard of an outer body
            cells.iter().sum::<i32>()
        });
        assert!(when(none, |none| none.is_none()).join().unwrap());
        assert!(try_when((&a, &a), |_| ()).is_err());
        let seen = when!(sum, read cells => *sum + cells.len() as i32);
        assert_eq!(seen.join().unwrap(), 16);
        quiesce();
        assert_eq!(when!(read a => *a).join().unwrap(), 6);
    });
}

#[test]
fn failures_spread_and_are_tried() {
    everywhere(|_| {
        let failed = when(&Cown::new(0), |_| -> i32 { std::panic::resume_unwind(Box::new("on purpose")) });
        let skipped = when!(failed => *failed + 1);
        let tried = when!(try failed => failed.is_err());
        assert!(tried.join().unwrap());
        assert_eq!(skipped.join().unwrap_err().message(), "on purpose");
        assert_eq!(failed.join().unwrap_err().kind(), FailureKind::Panicked);
    });
}

#[test]
fn scopes_borrow_and_wait_and_pass_panics_on() {
    everywhere(|_| {
        let (words, count) = (["a", "b", "c"], AtomicUsize::new(0));
        scope(|s| {
            for word in &words {
                when!(in s; let count = &count => { count.fetch_add(word.len(), Ordering::Relaxed); });
            }
        });
        assert_eq!(count.into_inner(), 3);
        let message = panic_message(|| {
            scope(|s| drop(when!(in s; => std::panic::resume_unwind(Box::new("in a scope")))));
        });
        assert_eq!(message, "in a scope");
    });
}

#[test]
fn a_batch_is_seen_whole_or_not_at_all() {
    everywhere(|_| {
        let (left, right) = (Cown::new(0), Cown::new(0));
        let look = || when!(read left, read right => *left == *right);
        let before = look();
        when!(left, right => {
            batch(|b| {
                when!(in b; left => *left += 1);
                when!(in b; right => *right += 1);
            });
        });
        let looks = [before, look(), look()];
        for look in looks {
            assert!(look.join().unwrap());
        }
        let cancelled = std::panic::catch_unwind(|| {
            batch(|b| -> () {
                drop(when!(in b; left => *left += 1));
                std::panic::resume_unwind(Box::new("no batch"))
            })
        });
        assert!(cancelled.is_err());
        assert_eq!(when!(left => *left).join().unwrap(), 1);
    });
}

#[test]
fn a_dropped_runtime_cancels_and_drops_what_waits() {
    within(LIMIT, || {
        for seed in 0..50 {
            let drops = Drops::new();
            let runtime = Runtime::simulated(seed);
            let cown = Cown::new(0);
            let promises: Vec<_> = (0..5)
                .map(|n| {
                    let captured = drops.token();
                    runtime.when(&cown, move |mut cown| {
                        *cown += n;
                        drop(captured);
                    })
                })
                .collect();
            drop(runtime);
            for promise in promises {
                assert_eq!(promise.join().unwrap_err().kind(), FailureKind::Cancelled);
            }
            assert_eq!(drops.count(), 5);
            assert_eq!(cown.try_into_inner().unwrap(), 0);
        }
    });
}

#[test]
fn a_runtime_may_be_dropped_in_its_own_body() {
    within(LIMIT, || {
        let runtime = Arc::new(Runtime::simulated(1));
        let (own, cown) = (Arc::clone(&runtime), Cown::new(()));
        let first = runtime.when(&cown, move |_| drop(own));
        let second = runtime.when(&cown, |_| ());
        let weak = Arc::downgrade(&runtime);
        drop(runtime); // the body has the last handle now
        let waits = when!(in weak.upgrade().expect("it lives"); => ());
        assert!(first.join().is_ok());
        assert!(weak.upgrade().is_none());
        assert_eq!(second.join().unwrap_err().kind(), FailureKind::Cancelled);
        let _ = waits.join(); // ran before, or was cancelled
    });
}

#[test]
fn time_is_over_when_nothing_can_happen() {
    within(LIMIT, || {
        let (resolver, promise) = Promise::<i32>::new(); // not known to the simulation, which is not there yet
        let runtime = Runtime::simulated(1);
        runtime.enter(|| {
            let waits = when!(promise => *promise);
            // Longer than this test may take: nobody looks at a clock.
            let late = waits.join_timeout(LIMIT * 100).expect_err("nobody fills it");
            assert!(!late.is_finished());
            assert!(quiesce_timeout(LIMIT * 100).is_err());
            let done = when!(=> 1);
            assert_eq!(done.join_timeout(Duration::ZERO).expect("it can run").unwrap(), 1);
            resolver.resolve(3);
            assert_eq!(late.join().unwrap(), 3);
            assert!(quiesce_timeout(Duration::ZERO).is_ok());
        });
    });
}

/// It kept its place in the promise's queue once: whoever requested the promise afterwards waited for ever, and the
/// promise was never freed. (LeakSanitizer found it.)
#[test]
fn a_join_that_never_ends_gives_its_place_up() {
    within(LIMIT, || {
        // Made elsewhere, so that nobody waits for it for long.
        let (resolver, promise) = thread::spawn(Promise::<i32>::new).join().unwrap();
        let runtime = Runtime::simulated(1);
        let next = runtime.when(&promise, |promise| *promise + 1);
        let message = panic_message(|| next.clone().join());
        assert!(message.contains("this wait never ends"), "{message}");
        resolver.resolve(1);
        assert_eq!(next.join().unwrap(), 2);
    });
}

#[test]
fn a_wait_that_never_ends_says_so_and_for_what() {
    within(LIMIT, || {
        let (resolver, promise) = Promise::<i32>::new();
        let runtime = Runtime::simulated(1);
        let waits = runtime.when(&promise, |promise| *promise);
        let line = line!() - 1;
        let then = runtime.when(&waits, |_| ());
        let message = panic_message(|| then.join());
        assert!(
            message.contains("this wait never ends: no behavior is ready, and no `Resolver`"),
            "{message}"
        );
        assert!(message.contains("2 behaviors wait for ever"), "{message}");
        assert!(message.contains(&format!("sim/features.rs:{line}:")), "{message}");
        drop(resolver);
        let (held, waits) = (runtime.hold(), runtime.when((), |()| 1));
        assert_eq!(waits.join().unwrap(), 1);
        let message = panic_message(|| runtime.quiesce());
        assert!(message.contains("`Resolver`s and `Hold`s that are alive: 1"), "{message}");
        drop(held);
        runtime.quiesce();
    });
}

/// The process was aborted once: bodies that might run later borrow from what the panic ends.
#[test]
fn a_scope_that_never_ends_says_so_and_its_bodies_never_run() {
    /// Schedules through the scope when it is dropped, once more than it does.
    struct Again<'s, 'e>(&'s boc::Scope<'s, 'e>, &'s Promise<i32>, &'s AtomicUsize, usize);
    impl Drop for Again<'_, '_> {
        fn drop(&mut self) {
            self.2.fetch_add(1, Ordering::Relaxed);
            if let Some(fewer) = self.3.checked_sub(1) {
                let next = Again(self.0, self.1, self.2, fewer);
                drop(self.0.when(self.1, move |_| drop(next)));
            }
        }
    }
    within(LIMIT, || {
        // Made elsewhere, so that the wait is given up soon.
        let (resolver, promise) = thread::spawn(Promise::<i32>::new).join().unwrap();
        let runtime = Runtime::simulated(1);
        let (held, kept) = (Cown::new(0), Cown::new(None));
        let (ran, again) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let message = {
            let (borrowed, drops) = (vec![AtomicUsize::new(0)], Drops::new());
            let wait = || {
                scope(|s| {
                    let token = drops.token();
                    // One waits for the promise, one for a cown that it has, one for its own
                    // promise.
                    let first = s.when((&promise, &held), |_| {
                        drop(token);
                        ran.fetch_add(1, Ordering::Relaxed);
                        borrowed[0].fetch_add(1, Ordering::Relaxed);
                    });
                    let second = s.when(&held, |_| borrowed[0].fetch_add(1, Ordering::Relaxed));
                    let third = s.when(&second, |_| borrowed[0].fetch_add(1, Ordering::Relaxed));
                    let last = Again(s, &promise, &again, 3);
                    drop(s.when(&promise, move |_| drop(last)));
                    // What needs none of it runs.
                    let free = s.when((), |()| borrowed[0].fetch_add(1, Ordering::Relaxed));
                    drop(runtime.when((), {
                        let kept = kept.clone();
                        move |()| drop(when(&kept, |mut kept| *kept = Some((first, third, free))))
                    }));
                });
            };
            let message = panic_message(|| runtime.enter(wait));
            assert_eq!(borrowed[0].load(Ordering::Relaxed), 1, "the one that was free");
            assert_eq!(drops.count(), 1, "what a body captured has to be gone before the scope is");
            message
        };
        assert!(message.contains("this wait never ends"), "{message}");
        assert!(message.contains("4 behaviors wait for ever"), "{message}");
        assert_eq!(again.load(Ordering::Relaxed), 4);
        // The cowns are free again when what was given up gets them.
        resolver.resolve(1);
        runtime.quiesce();
        assert_eq!(ran.load(Ordering::Relaxed), 0);
        let (first, third, free) = runtime.when(&kept, |mut kept| kept.take()).join().unwrap().unwrap();
        for given_up in [first.join(), third.join().map(drop)] {
            let failure = given_up.unwrap_err();
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            let why = "cancelled before it ran: the scope that waits for it would have waited for ever";
            assert_eq!(failure.message(), why);
        }
        assert_eq!(free.join().unwrap(), 0);
        assert_eq!(runtime.when(&held, |held| *held).join().unwrap(), 0);
    });
}

/// Half a second after the simulation had nothing to run, the wait was said to end never; a scope
/// aborted the process with that.
#[test]
fn a_wait_for_another_runtime_takes_as_long_as_it_takes() {
    const LONG: Duration = Duration::from_millis(700);
    within(LIMIT, || {
        let simulated = Runtime::simulated(1);
        // Of the simulation something waits for what comes later.
        let (resolver, promise) = thread::spawn(Promise::<i32>::new).join().unwrap();
        let waits = simulated.when(&promise, |promise| *promise);
        let real = Runtime::builder().workers(1).build().unwrap();
        let count = AtomicUsize::new(0);
        real.enter(|| {
            scope(|s| {
                drop(s.when((), |()| {
                    thread::sleep(LONG);
                    count.fetch_add(1, Ordering::Relaxed);
                }));
            });
        });
        assert_eq!(count.load(Ordering::Relaxed), 1);
        let slow = real.when((), |()| thread::sleep(LONG));
        slow.join().unwrap();
        drop(real.when((), |()| thread::sleep(LONG)));
        real.quiesce();
        drop(real.when((), |()| thread::sleep(LONG)));
        real.quiesce_timeout(LIMIT).unwrap();
        resolver.resolve(1);
        assert_eq!(waits.join().unwrap(), 1);
    });
}

#[test]
fn other_threads_may_resolve_and_let_go() {
    within(LIMIT, || {
        explore(20, |rt| {
            let (resolver, promise) = Promise::new();
            let (cown, hold) = (Cown::new(0), rt.hold());
            let sum = when!(promise, cown => *promise + *cown);
            when!(cown => *cown += 1);
            thread::spawn(move || {
                resolver.resolve(6);
                drop(hold);
            });
            quiesce();
            assert_eq!(sum.join().unwrap(), 6);
        });
    });
}

#[test]
fn other_threads_may_not_schedule() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        let elsewhere = |used: &(dyn Fn(&Runtime) + Sync)| {
            thread::scope(|s| s.spawn(|| panic_message(|| used(&runtime))).join().expect("it has a message"))
        };
        let message = elsewhere(&|runtime| drop(runtime.when((), |()| ())));
        assert!(message.contains("a simulated runtime is used on another thread than its own"), "{message}");
        let message = elsewhere(&|runtime| runtime.enter(|| ()));
        assert!(message.contains("fill a promise from there"), "{message}");
        // A pinned cown of another thread cannot take part either.
        let (give, take) = channel();
        thread::spawn(move || {
            let main = MainThread::claim().expect("a fresh thread");
            give.send(PinnedCown::new(&main, 0)).expect("the test waits");
            thread::park();
        });
        let foreign = take.recv().expect("it is sent");
        let message = panic_message(|| drop(runtime.when(pinned(&foreign), |_| ())));
        assert!(message.contains("requests a pinned cown of another one"), "{message}");
    });
}

/// It went to the global runtime, unexplored. What belongs to a run is known: made on its thread,
/// or requested by its behaviors.
#[test]
fn a_thread_that_leaves_an_exploration_is_refused() {
    let stray = |leaves: fn(&boc::Simulation) -> thread::JoinHandle<()>| {
        let message = within(LIMIT, move || {
            panic_message(|| {
                explore(1, |rt| {
                    assert!(leaves(rt).join().is_err(), "refused there");
                })
            })
        });
        assert!(message.contains("of `boc::explore`"), "{message}");
        assert!(message.contains("fill a promise from here"), "{message}");
    };
    stray(|_| {
        let cown = Cown::new(0);
        thread::spawn(move || drop(when!(cown => *cown += 1)))
    });
    stray(|_| {
        let cowns = [Cown::new(0), Cown::new(1)];
        thread::spawn(move || drop(when!(read cowns => assert!(cowns.len() == 2))))
    });
    stray(|_| {
        let promise = when!(=> 1);
        thread::spawn(move || drop(when!(promise => *promise)))
    });
    stray(|_| {
        let (_resolver, promise) = Promise::<i32>::new();
        thread::spawn(move || drop(when!(promise => *promise)))
    });
    stray(|rt| {
        let canvas = PinnedCown::new(rt.main(), Rc::new(0));
        thread::spawn(move || drop(when!(pinned canvas => **canvas)))
    });
    stray(|_| {
        // Made elsewhere, and requested here.
        let cown = thread::spawn(|| Cown::new(0)).join().unwrap();
        when!(cown => *cown += 1);
        thread::spawn(move || drop(when!(cown => *cown += 1)))
    });
    stray(|_| {
        let cown = Cown::new(0);
        thread::spawn(move || scope(|s| drop(when!(in s; cown => *cown += 1))))
    });
    stray(|_| {
        let cown = Cown::new(0);
        thread::spawn(move || batch(|b| drop(when!(in b; cown => *cown += 1))))
    });
}

/// What has nothing to do with a run, or names another runtime, is left alone, while it lasts and
/// afterwards.
#[test]
fn a_thread_beside_an_exploration_is_not_refused() {
    within(LIMIT, || {
        let kept = std::cell::RefCell::new(Vec::new());
        let beside = Cown::new(0);
        let explored = explore(20, |_| {
            // In more than one order.
            drop((when!(=> ()), when!(=> ())));
            let cown = Cown::new(0);
            when!(cown => *cown += 1);
            quiesce();
            let shared = cown.clone();
            let other = beside.clone();
            thread::spawn(move || {
                let (own, promise) = (Cown::new(1), when!(=> 1));
                let sum = when!(own, promise => *own + *promise);
                assert_eq!(sum.join().unwrap(), 2);
                when!(other => *other += 1).join().unwrap();
                let real = Runtime::builder().workers(1).build().unwrap();
                assert!(when!(in real; shared => *shared <= 1).join().is_ok());
            })
            .join()
            .unwrap();
            kept.borrow_mut().push(cown);
        });
        // The run is over.
        for cown in kept.into_inner() {
            assert_eq!(when!(cown => *cown).join().unwrap(), 1);
        }
        assert!(explored.schedules() > 1);
        assert_eq!(when!(beside => *beside).join().unwrap(), explored.schedules());
    });
}

/// No thread but its own can run it: waiting for it elsewhere hung once its own thread had ended.
#[test]
fn when_its_thread_ends_every_wait_for_it_elsewhere_ends() {
    struct Parts {
        runtime: Runtime,
        promises: Vec<Promise<i32>>,
        /// Waits for a promise that is resolved after the end.
        late: (Resolver<i32>, Promise<i32>),
        drops: Drops,
    }
    let parts = || {
        let (runtime, drops) = (Runtime::simulated(1), Drops::new());
        let captured = |n| {
            let captured = drops.token();
            move || {
                let _captured = captured;
                n
            }
        };
        let cown = Cown::new(0);
        let promises = (0..4).map(|n| {
            let body = captured(n);
            runtime.when(&cown, move |_| body())
        });
        let promises = promises.collect();
        let (resolver, promise) = Promise::new();
        let late = (resolver, runtime.when(&promise, |promise| *promise));
        Parts { runtime, promises, late, drops }
    };
    within(LIMIT, || {
        let cancelled = |result: Result<i32, Failure>| {
            let failure = result.unwrap_err();
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            assert_eq!(failure.message(), "cancelled before it ran: its runtime has ended");
        };
        // The thread is gone already.
        let Parts { runtime, promises, late: (resolver, late), drops } = thread::spawn(parts).join().unwrap();
        let mut promises = promises.into_iter();
        let mut next = || promises.next().expect("four of them");
        cancelled(next().join());
        cancelled(next().join_timeout(LIMIT).unwrap());
        cancelled(pollster::block_on(next().into_future()));
        assert!(next().is_finished());
        resolver.resolve(1);
        cancelled(late.join());
        runtime.quiesce_timeout(LIMIT).unwrap();
        runtime.quiesce();
        assert_eq!(drops.count(), 4, "what the bodies captured is dropped");
        drop(runtime);
        // It goes while others wait.
        let ((give, take), (go, gone)) = (channel(), channel::<()>());
        let its_own = thread::spawn(move || {
            give.send(parts()).expect("the test waits");
            let _ = gone.recv();
        });
        let Parts { runtime, promises, late: (resolver, late), .. } = take.recv().expect("it is sent");
        let [one, two, three, four]: [Promise<i32>; 4] = promises.try_into().expect("four of them");
        thread::scope(|scope| {
            scope.spawn(|| cancelled(one.join()));
            scope.spawn(|| cancelled(two.join_timeout(LIMIT).unwrap()));
            scope.spawn(|| cancelled(pollster::block_on(three.into_future())));
            scope.spawn(|| cancelled(late.join()));
            scope.spawn(|| runtime.quiesce());
            assert!(
                four.clone().join_timeout(Duration::from_millis(1)).is_err(),
                "its thread is still there"
            );
            drop(go);
            cancelled(four.join());
            resolver.resolve(1);
        });
        its_own.join().expect("no panic");
    });
}

#[test]
fn a_thread_has_one_simulation_at_a_time() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(1);
        let message = panic_message(|| Runtime::simulated(2));
        assert!(message.contains("this thread has a simulated runtime already"), "{message}");
        drop(runtime);
        let message = panic_message(|| explore(1, |_| drop(Runtime::simulated(2))));
        assert!(message.contains("this thread has a simulated runtime already"), "{message}");
        Runtime::simulated(3).shutdown();
        drop(Runtime::simulated(4));
    });
}

#[test]
fn pumps_run_others_too_and_wake_hooks_are_called() {
    everywhere(|rt| {
        let (main, woken) = (rt.main(), Arc::new(AtomicUsize::new(0)));
        let hook = Arc::clone(&woken);
        main.set_wake_hook(move || {
            hook.fetch_add(1, Ordering::Relaxed);
        });
        let canvas = PinnedCown::new(main, Rc::new(Cell::new(0)));
        let plain = Cown::new(1);
        let first = when!(plain => *plain);
        when!(pinned canvas, first => canvas.set(*first));
        let here = Rc::new(Cell::new(0));
        let kept = Rc::clone(&here);
        when!(in main; plain => kept.set(*plain + 1)); // its body is not `Send`
        let mut executed = 0;
        while executed < 2 {
            executed += main.pump().executed; // an event loop that does nothing else
        }
        assert_eq!(main.with(&canvas, |canvas| canvas.get()), Ok(1));
        assert_eq!(here.get(), 2);
        assert!(woken.load(Ordering::Relaxed) > 0);
    });
}

#[test]
fn a_main_thread_that_is_dropped_cancels_what_waits() {
    everywhere(|_| {
        let main = MainThread::claim().expect("nobody has");
        let canvas = PinnedCown::new(&main, Rc::new(()));
        let drawn = when!(pinned canvas => { let _ = &canvas; });
        drop(main);
        assert_eq!(drawn.join().unwrap_err().kind(), FailureKind::Cancelled);
    });
}

#[test]
fn promises_can_be_polled_and_asked() {
    everywhere(|_| {
        let cown = Cown::new(1);
        let mut answer = pin!(when!(cown => *cown + 1).into_future());
        let polled = loop {
            match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(answer) => break answer,
                Poll::Pending => {}
            }
        };
        assert_eq!(polled.unwrap(), 2);
        let asked = when!(cown => *cown);
        while !asked.is_finished() {
            thread::yield_now();
        }
        wait();
        assert_eq!(asked.join().unwrap(), 1);
    });
}

/// What is handed over in a pinned value is scheduled by then: on a real runtime `when` has entered when it returns.
#[test]
fn what_is_scheduled_before_the_end_of_a_loan_has_entered() {
    let run = |in_batch: bool, in_loan: bool| {
        explore(100, move |sim| {
            let (a, c) = (Cown::new(1), Cown::new(2));
            let slot = PinnedCown::new(sim.main(), None::<Promise<i32>>);
            let (early, other) = (a.clone(), c.clone());
            let schedule = move || match in_batch {
                true => batch(|b| when!(in b; early, other => *early + *other)),
                false => when!(early, other => *early + *other),
            };
            let asks = when!(pinned slot, clone c => {
                if let Some(promise) = slot.take() {
                    when!(promise, c => *c += *promise);
                }
            });
            if in_loan {
                sim.main().with(&slot, |slot| *slot = Some(schedule())).expect("at home");
            } else {
                let promise = schedule();
                sim.main().with(&slot, |slot| *slot = Some(promise)).expect("at home");
            }
            quiesce();
            asks.join().expect("runs");
        });
    };
    for (in_batch, in_loan) in [(false, false), (false, true), (true, false), (true, true)] {
        run(in_batch, in_loan);
    }
}

#[test]
fn waiting_in_a_body_is_refused_here_too() {
    within(LIMIT, || {
        explore(10, |_| {
            let cown = Cown::new(1);
            let told = when!(cown => {
                let inner = when!(cown => *cown);
                panic_message(|| inner.join())
            });
            assert!(told.join().unwrap().contains("request the promise"));
            let told = when!(=> panic_message(|| explore(1, |_| ())));
            assert!(told.join().unwrap().contains("explore from the test itself"));
        })
    });
}

#[test]
fn long_chains_use_no_stack() {
    within(LIMIT, || {
        let runtime = Runtime::simulated(9);
        runtime.enter(|| {
            let mut last = when!(=> 0_u64);
            for _ in 0..100_000 {
                last = when!(last => *last + 1);
            }
            assert_eq!(last.join().unwrap(), 100_000);
        });
    });
}
