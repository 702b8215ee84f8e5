//! Faults: numbers, shapes and types that are out of the ordinary. A million behaviors that wait
//! for one cown are in `promise_depth.rs`, a thousand runtimes that are dropped with work left in
//! `promise_cancel.rs`.

use std::convert::Infallible;
use std::future::IntoFuture;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use boc::prelude::*;
use boc_tests::{Drops, Gate, LIMIT, on_home, on_workers, settle, within};

const MANY: usize = 100_000;

#[test]
fn a_hundred_thousand_cowns_in_one_request() {
    on_workers(2, || {
        let cowns: Vec<Cown<usize>> = (0..MANY).map(Cown::new).collect();
        let turned: Vec<&Cown<usize>> = cowns.iter().rev().collect();
        let odd: Vec<&Cown<usize>> = cowns.iter().skip(1).step_by(2).collect();
        when!(cowns => cowns.iter_mut().for_each(|value| *value += 1));
        let sum = when!(read turned => turned.iter().sum::<usize>());
        when!(odd => odd.iter_mut().for_each(|value| *value = 0));
        let rest = when!(read cowns => cowns.iter().sum::<usize>());
        assert_eq!(sum.join().expect("a sum"), MANY * (MANY + 1) / 2);
        assert_eq!(rest.join().expect("a sum"), (1..=MANY).step_by(2).sum::<usize>());
    });
}

/// Of so many cowns one is there twice: refused, wherever it stands, and nothing is scheduled.
#[test]
fn a_hundred_thousand_cowns_and_one_of_them_twice() {
    on_workers(1, || {
        let cowns: Vec<Cown<usize>> = (0..MANY).map(Cown::new).collect();
        let mut places: Vec<&Cown<usize>> = cowns.iter().collect();
        places.push(&cowns[MANY / 3]);
        let refused = boc::try_when(&places, |_| ()).map(|_| ()).expect_err("it is there twice").to_string();
        assert!(refused.contains(&format!("requests {} and {} ", MANY / 3 + 1, MANY + 1)), "{refused}");
        assert_eq!(when!(read cowns => cowns.len()).join().expect("a number"), MANY);
    });
}

#[test]
fn a_hundred_thousand_promises_and_pinned_cowns_in_one_request() {
    on_home(2, |main| {
        let pinned: Vec<PinnedCown<usize>> = (0..MANY).map(|at| PinnedCown::new(main, at)).collect();
        let promises: Vec<Promise<usize>> = (0..MANY).map(|at| when!(=> at)).collect();
        let sum = when!(pinned pinned, read promises => {
            pinned.iter_mut().zip(promises.iter()).map(|(value, promise)| *value + promise).sum::<usize>()
        });
        assert_eq!(sum.join().expect("a sum"), MANY * (MANY - 1));
    });
}

#[test]
fn a_million_cowns_in_one_request() {
    const MILLION: usize = 1_000_000;
    on_workers(2, || {
        let cowns: Vec<Cown<u8>> = (0..MILLION).map(|_| Cown::new(0)).collect();
        when!(cowns => cowns.iter_mut().for_each(|value| *value += 1));
        let sum = when!(read cowns => cowns.iter().map(|&value| usize::from(value)).sum::<usize>());
        assert_eq!(sum.join().expect("a sum"), MILLION);
        drop(cowns);
    });
}

/// A behavior whose result cannot be: it fails, and so does what requests it, in every way.
#[test]
fn results_of_a_type_without_values() {
    fn never() -> Promise<Infallible> {
        when!(=> panic!("never"))
    }
    on_workers(1, || {
        let kinds = |result: Result<Infallible, Failure>| result.unwrap_err().kind();
        assert_eq!(kinds(never().join()), FailureKind::Panicked);
        assert_eq!(kinds(never().join_timeout(LIMIT).expect("in time")), FailureKind::Panicked);
        assert_eq!(kinds(pollster::block_on(never().into_future())), FailureKind::Panicked);
        let promise = never();
        let skipped = when!(promise => match *promise {});
        assert_eq!(kinds(skipped.join()), FailureKind::Panicked);
        let tried = when!(try promise => promise.is_err());
        assert!(tried.join().expect("it runs"));
        let tried = when!(read try promise => promise.is_err());
        assert!(tried.join().expect("it runs"));
        let promises = [never(), promise, never()];
        let skipped = when!(read promises => promises.len());
        assert_eq!(skipped.join().unwrap_err().kind(), FailureKind::Panicked);
        // Given to the caller by a resolver, which can only fail it, or go.
        let (resolver, owed) = Promise::<Infallible>::new();
        let next = when!(owed => match *owed {});
        drop(resolver);
        assert_eq!(kinds(next.join()), FailureKind::Abandoned);
        let (resolver, owed) = Promise::<Infallible>::new();
        resolver.fail(never().join().unwrap_err());
        assert_eq!(kinds(owed.join()), FailureKind::Panicked);
        // Never looked at.
        drop((never(), Promise::<Infallible>::new()));
        let cown = Cown::new(None::<Infallible>);
        assert!(when!(cown => cown.is_none()).join().expect("it runs"));
        quiesce();
    });
}

/// Cowns without a size are cowns nonetheless.
#[test]
fn values_and_results_without_a_size() {
    on_workers(2, || {
        let cowns: Vec<Cown<()>> = (0..100).map(|_| Cown::new(())).collect();
        assert_eq!(cowns.iter().collect::<std::collections::HashSet<_>>().len(), 100);
        let promises: Vec<Promise<()>> = cowns.iter().map(|cown| when(cown, |mut unit| *unit = ())).collect();
        let all = when!(cowns, promises => cowns.len() + promises.len());
        assert_eq!(all.join().expect("a number"), 200);
        for promise in promises {
            promise.join().expect("a unit");
        }
        for cown in cowns {
            cown.try_into_inner().expect("the last handle");
        }
    });
}

/// Groups of nothing, of groups of nothing, and requests that are absent: each mode, alone and
/// beside a cown.
#[test]
fn shapes_of_nothing() {
    on_home(1, |main| {
        let (none, empty, cown) = (None::<Cown<u8>>, Vec::<Cown<u8>>::new(), Cown::new(1));
        let nothing = (&none, [&cown; 0], (&empty, (&empty, (&none, &none))), Vec::<Promise<u8>>::new());
        assert!(when(&none, |none| none.is_none()).join().expect("it runs"));
        assert_eq!(when(&empty, |empty| empty.len()).join().expect("it runs"), 0);
        assert_eq!(when(read(&empty), |empty| empty.len()).join().expect("it runs"), 0);
        when(&nothing, |_| ()).join().expect("it runs");
        when((&nothing.0, ((), ((), ())), &nothing.2), |_| ()).join().expect("it runs");
        let beside = when((&nothing.2, &cown, read(&empty), (), &none), |(_, mut cown, ..)| {
            *cown += 1;
            *cown
        });
        assert_eq!(beside.join().expect("it runs"), 2);
        // What is not there is not there twice: the set is not aliased.
        when((&empty, &cown, &none, &empty, &none), |_| ()).join().expect("it runs");
        boc::batch(|batch| {
            drop(batch.when(&empty, |_| ()));
            drop(batch.when((), |()| ()));
            batch.when(&none, |_| ())
        })
        .join()
        .expect("it runs");
        boc::batch(|_| ());
        boc::scope(|scope| drop(scope.when((&empty, &none), |_| ())));
        boc::scope(|_| ());
        // Pinned to no thread, so it runs anywhere.
        let absent = (None::<PinnedCown<Rc<u8>>>, Vec::<PinnedCown<Rc<u8>>>::new());
        when(pinned(&absent.0), |none| assert!(none.is_none())).join().expect("it runs");
        when(pinned(&absent.1), |empty| assert!(empty.is_empty())).join().expect("it runs");
        let canvas = PinnedCown::new(main, Rc::new(1));
        let some =
            when((pinned(&absent.1), pinned(&canvas), pinned(&absent.0), &empty), |(_, canvas, ..)| **canvas);
        assert_eq!(some.join().expect("it runs"), 1);
        main.when((&empty, &none), |_| ()).join().expect("it runs");
    });
}

#[test]
fn a_thousand_runtimes_with_their_work_done() {
    within(LIMIT, || {
        let (cown, drops) = (Cown::new(0), Drops::new());
        for round in 1..=1_000 {
            let runtime = Runtime::builder().workers(1 + round % 3).build().expect("a runtime");
            when!(in runtime; cown, let token = drops.token() => { let _ = &token; *cown += 1; });
            runtime.shutdown();
            assert_eq!(drops.count(), round);
        }
        assert_eq!(when!(cown => *cown).join().expect("a number"), 1_000);
        boc::wait();
    });
}

/// Handles of one cown, one promise and one pinned cown, cloned and dropped on 64 threads at once. Each value is dropped
/// once, when the last handle is gone, and the pinned one at home.
#[test]
fn handles_in_sixty_four_threads() {
    const THREADS: usize = 64;
    const TURNS: usize = 2_000;
    let (drops, gate, start) = (Drops::new(), Gate::new(), Barrier::new(THREADS));
    let home = on_home(2, |main| {
        let cown = Cown::new((0, drops.token()));
        let canvas = PinnedCown::new(main, drops.token());
        let promise = when!(clone gate, let token = drops.token() => { gate.pass(); token });
        let (weak, upgraded) = (cown.downgrade(), Arc::new(AtomicUsize::new(0)));
        boc_tests::scope(|scope| {
            for thread in 0..THREADS {
                let (cown, canvas, promise) = (cown.clone(), canvas.clone(), promise.clone());
                let (start, gate, weak, upgraded) = (&start, &gate, &weak, &upgraded);
                scope.spawn(move || {
                    start.wait();
                    for turn in 0..TURNS {
                        let all = (cown.clone(), canvas.clone(), promise.clone());
                        if thread == 0 && turn == TURNS / 2 {
                            gate.open();
                        }
                        upgraded.fetch_add(usize::from(weak.upgrade().is_some()), Ordering::Relaxed);
                        drop((all.2, all.0, all.1));
                    }
                    // On the thread that schedules: what it requests may be the last handle.
                    Runtime::builder().workers(1).build().expect("a runtime").enter(|| {
                        when!(cown => cown.0 += 1);
                        quiesce();
                    });
                });
            }
        });
        assert_eq!(upgraded.load(Ordering::SeqCst), THREADS * TURNS);
        assert_eq!(when!(read cown => cown.0).join().expect("a number"), THREADS);
        assert_eq!(drops.count(), 0);
        drop((cown, promise));
        settle();
        assert_eq!(drops.count(), 2);
        assert!(weak.upgrade().is_none());
        thread::spawn(move || drop(canvas)).join().expect("dropped elsewhere");
        main.pump();
        thread::current().id()
    });
    assert_eq!((drops.count(), drops.threads()[2]), (3, home));
}
