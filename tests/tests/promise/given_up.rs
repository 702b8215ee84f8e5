//! Promise: when a runtime or a `MainThread` is dropped, what still waits is cancelled at once:
//! whatever it waits for (a cown that another runtime's body holds, a promise, a pump), its promise
//! fails, its captures are dropped, its places in the queues are given up in order.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, LIMIT, on_home, within};

fn runtime(workers: usize) -> Runtime {
    Runtime::builder().workers(workers).build().expect("a runtime")
}

/// What became of a promise; a hang is told by the deadline of the test.
fn kind<R: Send + 'static>(promise: Promise<R>) -> Option<FailureKind> {
    promise.join().err().map(|failure| failure.kind())
}

/// A body of `on` that holds the cown until the sender is dropped, and has begun.
fn occupy(on: &Runtime, cown: &Cown<u32>) -> (Sender<()>, Promise<u32>) {
    let (go, wait) = channel::<()>();
    let (begin, begun) = channel();
    let held = on.when(cown, move |mut cown| {
        begin.send(()).unwrap();
        assert!(wait.recv().is_err());
        *cown += 1;
        *cown
    });
    begun.recv().unwrap();
    (go, held)
}

#[test]
fn a_behavior_that_waits_for_a_promise_is_cancelled_while_the_resolver_lives() {
    within(LIMIT, || {
        let (resolver, promise) = Promise::<u8>::new();
        let (own, drops) = (runtime(1), Drops::new());
        let token = drops.token();
        let waiting = own.when(&promise, move |promise| {
            drop(token);
            *promise
        });
        let behind = own.when(&waiting, |waiting| *waiting);
        let (cown, other) = (Cown::new(1), runtime(1));
        let with_a_cown = own.when((&promise, &cown), |_| ());
        let foreign = other.when(&waiting, |waiting| *waiting);
        drop(own);
        assert_eq!(kind(waiting), Some(FailureKind::Cancelled));
        assert_eq!(drops.count(), 1, "its captures are dropped");
        assert_eq!(kind(behind), Some(FailureKind::Cancelled));
        assert_eq!(kind(foreign), Some(FailureKind::Cancelled), "the failure travels");
        assert_eq!(kind(with_a_cown), Some(FailureKind::Cancelled));
        // The place at the head of the cown's queue was given up, though the promise's was not.
        assert_eq!(other.when(&cown, |cown| *cown).join().unwrap(), 1);
        // The places behind the resolver are passed on when their turns come.
        let last = other.when(&promise, |promise| *promise);
        resolver.resolve(7);
        assert_eq!(last.join().unwrap(), 7);
        assert_eq!(promise.join().unwrap(), 7);
    });
}

#[test]
fn a_behavior_that_waits_for_another_runtimes_body_is_cancelled_while_that_goes_on() {
    within(LIMIT, || {
        let (own, other) = (runtime(2), runtime(1));
        let (a, b, c) = (Cown::new(0), Cown::new(0), Cown::new(0));
        let (go, held) = occupy(&other, &a);
        let mut waiting = Vec::new();
        for _ in 0..20 {
            waiting.push(own.when((&a, &b), |_| ()));
            waiting.push(own.when(&a, |_| ()));
            waiting.push(own.when((&b, &c), |_| ()));
            waiting.push(own.when((read(&a), read(&b), read(&c)), |_| ()));
            waiting.push(own.when(read(&a), |_| ()));
            waiting.push(own.when((read(&a), read(&a)), |_| ()));
        }
        let behind = other.when((&a, &b, &c), |(a, ..)| *a);
        drop(own);
        for promise in waiting {
            assert_eq!(kind(promise), Some(FailureKind::Cancelled));
        }
        let free = runtime(1);
        // `behind` waits for `a`, and holds the other two.
        assert!(free.when(&c, |_| ()).join_timeout(Duration::from_millis(20)).is_err());
        drop(go);
        assert_eq!(held.join().unwrap(), 1);
        assert_eq!(behind.join().unwrap(), 1, "in order: after the body that held the cown");
        free.quiesce();
        assert_eq!(free.when(&a, |a| *a).join().unwrap(), 1);
    });
}

#[test]
fn a_batch_is_cancelled_too() {
    within(LIMIT, || {
        let (own, other, a, b) = (runtime(1), runtime(2), Cown::new(0), Cown::new(0));
        let (go, held) = occupy(&other, &a);
        let promises = own.enter(|| {
            boc::batch(|batch| {
                [batch.when(&a, |_| ()), batch.when((&b, &a), |_| ()), batch.when((&a, read(&b)), |_| ())]
            })
        });
        drop(own);
        for promise in promises {
            assert_eq!(kind(promise), Some(FailureKind::Cancelled));
        }
        assert_eq!(other.when(&b, |b| *b).join().unwrap(), 0);
        drop(go);
        assert_eq!(held.join().unwrap(), 1);
        other.quiesce();
    });
}

#[test]
fn what_waits_for_a_pump_is_cancelled_without_one() {
    on_home(1, |main| {
        let (own, canvas, cown) = (runtime(1), PinnedCown::new(main, 0), Cown::new(0));
        let ready = own.when(pinned(&canvas), |_| ());
        let waiting = own.when((pinned(&canvas), &cown), |_| ());
        let behind = own.when(&cown, |_| ());
        let (resolver, promise) = Promise::<u8>::new();
        let of_promise = own.when((&promise, pinned(&canvas)), |_| ());
        drop(own);
        // On a thread that pumps nothing.
        std::thread::scope(|threads| {
            threads.spawn(|| {
                for promise in [ready, waiting, behind, of_promise] {
                    assert_eq!(kind(promise), Some(FailureKind::Cancelled));
                }
            });
        });
        drop(resolver);
        main.pump();
        assert_eq!(main.with(&canvas, |canvas| *canvas), Ok(0));
    });
}

#[test]
fn what_waits_for_a_body_at_a_home_is_cancelled_while_that_goes_on() {
    on_home(1, |main| {
        let (own, pinned_cown, cown) = (runtime(1), PinnedCown::new(main, ()), Cown::new(1));
        let (begin, begun) = channel();
        let (go, wait) = channel::<()>();
        let running = own.when((pinned(&pinned_cown), &cown), move |(_, cown)| {
            begin.send(()).unwrap();
            assert_eq!(
                wait.recv_timeout(LIMIT / 2),
                Err(RecvTimeoutError::Disconnected),
                "all others have ended"
            );
            *cown
        });
        let behind = own.when(&cown, |cown| *cown);
        let (plain, other) = (Cown::new(()), runtime(1));
        let of_several = own.when((&plain, &cown), |_| ());
        let of_its_promise = own.when(&running, |running| *running);
        let dropping = std::thread::spawn(move || {
            begun.recv().unwrap();
            drop(own);
            assert_eq!(kind(behind), Some(FailureKind::Cancelled));
            assert_eq!(kind(of_several), Some(FailureKind::Cancelled));
            assert_eq!(kind(of_its_promise), Some(FailureKind::Cancelled));
            other.when(&plain, |_| ()).join().unwrap();
            drop(go);
        });
        main.pump();
        dropping.join().unwrap();
        assert_eq!(running.join().unwrap(), 1, "it had begun");
        assert_eq!(cown.try_into_inner().unwrap(), 1, "the places behind it were given up");
    });
}

#[test]
fn a_home_that_goes_cancels_what_waits_to_run_there() {
    within(LIMIT, || {
        let (own, other, cown) = (runtime(1), runtime(1), Cown::new(0));
        let (go, held) = occupy(&other, &cown);
        let (resolver, promise) = Promise::<u8>::new();
        let main = MainThread::claim().unwrap();
        let canvas = PinnedCown::new(&main, 0);
        let drops = Drops::new();
        let waiting = own.enter(|| {
            let (one, two) = (drops.token(), drops.token());
            [
                when((pinned(&canvas), &cown), move |_| drop(one)),
                when((pinned(&canvas), &promise), |_| ()),
                when(pinned(&canvas), |_| ()),
                main.when(&cown, move |_| drop(two)),
            ]
        });
        // It waits for the cown, too, and has nothing to do with the home.
        let stays = own.when(&cown, |cown| *cown);
        drop(main);
        for promise in waiting {
            assert_eq!(kind(promise), Some(FailureKind::Cancelled));
        }
        assert_eq!(drops.count(), 2);
        assert!(!stays.is_finished());
        // Nothing of it is in flight but `stays`.
        drop(go);
        assert_eq!(stays.join().unwrap(), 1);
        assert_eq!(held.join().unwrap(), 1);
        own.quiesce();
        drop(resolver);
    });
}

#[test]
fn a_simulated_runtime_cancels_what_waits() {
    within(LIMIT, || {
        let own = Runtime::simulated(1);
        let (resolver, promise) = Promise::<u8>::new();
        let cown = Cown::new(0);
        let waiting = own.when((&promise, &cown), |_| ());
        let behind = own.when(&cown, |_| ());
        drop(own);
        assert_eq!(kind(waiting), Some(FailureKind::Cancelled));
        assert_eq!(kind(behind), Some(FailureKind::Cancelled));
        drop(resolver);
        assert_eq!(runtime(1).when(&cown, |cown| *cown).join().unwrap(), 0);
    });
}

/// The release of a queue of a hundred thousand places that were given up uses constant stack.
#[test]
fn a_long_queue_is_given_up_and_passed_on() {
    within(LIMIT, || {
        let (own, other, a, b) = (runtime(1), runtime(1), Cown::new(0), Cown::new(0));
        let (go, held) = occupy(&other, &a);
        let drops = Drops::new();
        for n in 0..100_000 {
            let token = drops.token();
            if n % 2 == 0 {
                own.when(&a, move |_| drop(token));
            } else {
                own.when((&a, &b), move |_| drop(token));
            }
        }
        let last = other.when(&a, |a| *a);
        drop(own);
        assert_eq!(drops.count(), 100_000);
        drop(go);
        assert_eq!(held.join().unwrap(), 1);
        assert_eq!(last.join().unwrap(), 1);
        assert_eq!(other.when(&b, |b| *b).join().unwrap(), 0);
    });
}

/// Runtimes are dropped while others release what they wait for: each behavior runs or is cancelled,
/// once, and the queues go on.
#[test]
fn giving_up_meets_granting() {
    within(LIMIT, || {
        let other = runtime(2);
        let (a, b) = (Cown::new(0_u64), Cown::new(0_u64));
        for round in 0..boc_tests::repetitions(300) {
            let (own, drops) = (runtime(1), Drops::new());
            let (resolver, promise) = Promise::<u8>::new();
            let mut promises = Vec::new();
            for n in 0..30 {
                other.when((&a, &b), |(mut a, mut b)| (*a += 1, *b += 1).0);
                let token = drops.token();
                promises.push(match n % 5 {
                    0 => own.when(&a, move |_| drop(token)),
                    1 => own.when((&a, &b), move |_| drop(token)),
                    2 => own.when((read(&a), &promise), move |_| drop(token)),
                    3 => own.when((read(&b), read(&a)), move |_| drop(token)),
                    _ => own.when(&promise, move |_| drop(token)),
                });
            }
            let resolving = std::thread::spawn(move || {
                (0..round % 50).for_each(|_| std::hint::spin_loop());
                resolver.resolve(1);
            });
            drop(own);
            assert_eq!(drops.count(), 30, "the bodies are gone");
            for promise in promises {
                let kind = kind(promise);
                assert!(matches!(kind, None | Some(FailureKind::Cancelled)), "{kind:?}");
            }
            resolving.join().unwrap();
        }
        other.quiesce();
        let sums = other.when((&a, &b), |(a, b)| (*a, *b)).join().unwrap();
        assert_eq!(sums.0, sums.1);
        assert_eq!(sums.0 % 30, 0);
    });
}

/// A cown that is free is granted while its behavior enters, and a resolver's promise is not.
#[test]
fn what_waits_for_some_of_its_requests_runs_when_it_has_the_others() {
    within(LIMIT, || {
        let (own, cowns) = (runtime(1), [Cown::new(1), Cown::new(2)]);
        let (resolver, promise) = Promise::<u32>::new();
        let two = own.when((&cowns[0], &promise), |(mut cown, promise)| *cown += *promise);
        resolver.resolve(10);
        two.join().unwrap();
        let (resolver, promise) = Promise::<u32>::new();
        let many = own.when((&cowns, &promise), |(cowns, promise)| cowns.iter().sum::<u32>() + *promise);
        resolver.resolve(100);
        assert_eq!(many.join().unwrap(), 113);
        let (_resolver, promise) = Promise::<u32>::new();
        let given_up = own.when((&cowns, &promise), |_| ());
        drop(own);
        assert_eq!(kind(given_up), Some(FailureKind::Cancelled));
        let other = runtime(1);
        assert_eq!(other.when(&cowns, |cowns| cowns[0] + cowns[1]).join().unwrap(), 13);
    });
}

/// A capture whose destructor is code.
struct AtDrop(Option<Box<dyn FnOnce() + Send>>);

impl AtDrop {
    fn new(code: impl FnOnce() + Send + 'static) -> AtDrop {
        AtDrop(Some(Box::new(code)))
    }
}

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.0.take().expect("dropped once")();
    }
}

/// Schedules behaviors, by `schedule`, of which each owns what waits, when it is dropped, for the
/// end of the one that was scheduled before it (so in the other order), or after it.
fn chain(schedule: &mut dyn FnMut(AtDrop) -> Promise<()>) -> Vec<Promise<()>> {
    let mut chained: Vec<Promise<()>> = Vec::new();
    let mut resolvers = Vec::new();
    for at in 0..24 {
        let before = chained.last().cloned();
        let (resolver, after) = Promise::<Option<Promise<()>>>::new();
        resolvers.push(resolver);
        chained.push(schedule(AtDrop::new(move || {
            let awaited = if at < 12 { before } else { after.join().unwrap() };
            assert!(awaited.is_none_or(|awaited| kind(awaited) == Some(FailureKind::Cancelled)));
        })));
    }
    for (at, resolver) in resolvers.into_iter().enumerate() {
        resolver.resolve(chained.get(at + 1).cloned());
    }
    chained
}

fn assert_cancelled(chained: Vec<Promise<()>>) {
    assert!(chained.into_iter().all(|promise| kind(promise) == Some(FailureKind::Cancelled)));
}

#[test]
fn a_capture_waits_for_what_is_given_up_with_it() {
    within(LIMIT, || {
        let (resolver, promise) = Promise::<u8>::new();
        let own = runtime(1);
        let chained = chain(&mut |capture| own.when(&promise, move |_| drop(capture)));
        drop(own);
        assert_cancelled(chained);
        drop(resolver);
    });
}

#[test]
fn a_capture_waits_for_what_is_cancelled_at_a_home_with_it() {
    on_home(1, |main| {
        let own = runtime(1);
        let chained = chain(&mut |capture| {
            let canvas = PinnedCown::new(main, ());
            own.when(pinned(&canvas), move |_| drop(capture))
        });
        std::thread::scope(|threads| threads.spawn(move || drop(own)).join()).unwrap();
        assert_cancelled(chained);
    });
}

#[test]
fn a_capture_waits_for_what_a_simulated_runtime_cancels_with_it() {
    within(LIMIT, || {
        let own = Runtime::simulated(1);
        let chained = chain(&mut |capture| own.when((), move |()| drop(capture)));
        drop(own);
        assert_cancelled(chained);
    });
}

#[test]
fn a_capture_waits_for_what_is_in_the_same_batch_that_fails() {
    within(LIMIT, || {
        let (own, cown) = (runtime(1), Cown::new(0));
        let mut chained = Vec::new();
        let batch = || {
            own.enter(|| {
                boc::batch(|batch| {
                    chained = chain(&mut |capture| batch.when(&cown, move |_| drop(capture)));
                    panic!("the batch fails");
                })
            })
        };
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(batch)).unwrap_err();
        assert_cancelled(chained);
    });
}

/// What stands behind a place that was given up, or that of a joiner that has gone, does not wait
/// for a destructor, which may wait for it.
#[test]
fn a_capture_waits_for_what_stands_behind_places_without_use() {
    within(LIMIT, || {
        let (own, other, cown) = (runtime(1), runtime(1), Cown::new(1));
        let (resolver, promise) = Promise::<u8>::new();
        let (tell, told) = channel::<Promise<i32>>();
        let capture = AtDrop::new(move || assert_eq!(told.recv().unwrap().join().unwrap(), 1));
        let waiting = own.when((&promise, &cown), move |_| drop(capture));
        let behind = own.when((&promise, &cown), |_| ());
        tell.send(other.when(&cown, |cown| *cown)).unwrap();
        drop(own);
        assert_cancelled(vec![waiting, behind]);

        let (ready, taken) = Promise::<u8>::new();
        ready.resolve(7);
        let own = runtime(1);
        let mine = taken.clone();
        let capture = AtDrop::new(move || assert_eq!(mine.join().unwrap(), 7));
        let waiting = own.when((&taken, &promise), move |_| drop(capture));
        let left = taken.join_timeout(Duration::from_millis(1)).unwrap_err();
        drop(own);
        assert_cancelled(vec![waiting]);
        drop((left, resolver));
    });
}

/// A home may go while a runtime stays: what waits for behaviors of its own runtime is cancelled too.
#[test]
fn a_home_that_goes_cancels_what_waits_behind_its_runtimes_own() {
    within(LIMIT, || {
        let (own, cown, free) = (runtime(1), Cown::new(1), Cown::new(2));
        let (go, held) = occupy(&own, &cown);
        let main = MainThread::claim().unwrap();
        let canvas = PinnedCown::new(&main, 0);
        let waiting = own.enter(|| {
            let in_batch = boc::batch(|batch| batch.when((pinned(&canvas), read(&cown)), |_| ()));
            [
                main.when(&cown, |_| ()),
                main.when((&free, read(&cown)), |_| ()),
                when((pinned(&canvas), &cown), |_| ()),
                in_batch,
            ]
        });
        drop(main);
        assert_cancelled(waiting.into());
        let behind = own.when((&cown, &free), |(cown, free)| *cown + *free);
        drop(go);
        assert_eq!(held.join().unwrap(), 2);
        assert_eq!(behind.join().unwrap(), 4);
    });
}

/// A step of a simulation has looked at them; they are cancelled without a pump all the same.
#[test]
fn a_simulated_runtime_cancels_what_is_ready_at_a_home() {
    on_home(1, |main| {
        let own = Runtime::simulated(1);
        let canvases: Vec<_> = (0..4).map(|_| PinnedCown::new(main, ())).collect();
        let ready: Vec<_> = canvases.iter().map(|canvas| own.when(pinned(canvas), |_| ())).collect();
        // As many steps as make one of them run.
        while !ready.iter().any(Promise::is_finished) {}
        drop(own);
        let kinds = || ready.into_iter().map(kind).collect::<Vec<_>>();
        let kinds = std::thread::scope(|threads| threads.spawn(kinds).join()).unwrap();
        assert!(kinds.contains(&None) && kinds.contains(&Some(FailureKind::Cancelled)), "{kinds:?}");
    });
}
