//! Promise: a promise can be awaited on any executor: pollster, those of futures, tokio's. (The future by itself:
//! `promise_future`.)

use std::time::Duration;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Drops, Gate, LIMIT, on_home, on_workers, within};
use futures::executor::{LocalPool, ThreadPool};
use futures::future::{Either, join_all, select};
use futures::stream::{FuturesUnordered, StreamExt};
use futures::task::{LocalSpawnExt, SpawnExt};

/// Chains behaviors and awaits in turn: what async code that uses boc looks like.
async fn conversation(cown: Cown<u32>) -> u32 {
    let mut sum = 0;
    for step in 1..=10 {
        sum += when!(cown => { *cown += step; *cown }).await.expect("a value");
        let failure = when((), |()| -> u8 { panic!("no value") }).await.expect_err("a failure");
        assert_eq!(failure.kind(), FailureKind::Panicked);
    }
    sum
}

const CONVERSATION: u32 = 220;

#[test]
fn pollster_awaits() {
    on_workers(2, || assert_eq!(pollster::block_on(conversation(Cown::new(0))), CONVERSATION));
}

#[test]
fn the_executors_of_futures_await() {
    on_workers(2, || {
        assert_eq!(futures::executor::block_on(conversation(Cown::new(0))), CONVERSATION);

        let mut here = LocalPool::new();
        let tasks: Vec<_> = (0..10)
            .map(|_| here.spawner().spawn_local_with_handle(conversation(Cown::new(0))).expect("a task"))
            .collect();
        assert_eq!(here.run_until(join_all(tasks)), [CONVERSATION; 10]);

        // Its threads do not run behaviors, so they have to know on which runtime to schedule.
        let pool = ThreadPool::builder().pool_size(2).create().expect("threads");
        let promises: Vec<_> = (0..100).map(|i| when!(=> i)).collect();
        let tasks: Vec<_> = promises
            .into_iter()
            .map(|promise| pool.spawn_with_handle(promise.into_future()).expect("a task"))
            .collect();
        let sum: u32 = futures::executor::block_on(join_all(tasks))
            .into_iter()
            .map(|result| result.expect("a value"))
            .sum();
        assert_eq!(sum, 4950);
    });
}

#[test]
fn tokio_awaits_on_one_thread_and_on_several() {
    on_workers(2, || {
        let one = tokio::runtime::Builder::new_current_thread().build().expect("tokio");
        assert_eq!(one.block_on(conversation(Cown::new(0))), CONVERSATION);

        let several = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("tokio");
        let sum = several.block_on(async {
            let tasks: Vec<_> = (0..100).map(|i| tokio::spawn(when!(=> i).into_future())).collect();
            let mut sum = 0;
            for task in tasks {
                sum += task.await.expect("the task ends").expect("a value");
            }
            sum
        });
        assert_eq!(sum, 4950);
    });
}

/// Each member of such a set has a waker of its own, which is new whenever the set is polled somewhere else.
#[test]
fn a_future_that_moves_to_another_task_wakes_that_one() {
    on_workers(2, || {
        let gate = Gate::new();
        let passing = gate.clone();
        let promise = when!(=> { passing.pass(); 7 });
        // Polled once by one executor ..
        let Either::Left((_, rest)) =
            futures::executor::block_on(select(std::future::ready(()), promise.into_future()))
        else {
            panic!("the other one is ready");
        };
        let mut set = FuturesUnordered::new();
        set.push(rest);
        let one = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("tokio");
        let late = one.block_on(async { tokio::time::timeout(Duration::from_millis(1), set.next()).await });
        assert!(late.is_err(), "the gate is closed");
        // .. then by another, and finished by a third.
        gate.open();
        let result = pollster::block_on(set.next()).expect("one member");
        assert_eq!(result.expect("a value"), 7);
    });
}

#[test]
fn a_future_dropped_by_a_timeout_or_by_select_is_harmless() {
    on_workers(1, || {
        let (gate, drops) = (Gate::new(), Drops::new());
        let (passing, token) = (gate.clone(), drops.token());
        let promise = when!(=> { passing.pass(); token });
        let one = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("tokio");
        one.block_on(async {
            for _ in 0..10 {
                let late = tokio::time::timeout(Duration::from_millis(1), promise.clone().into_future());
                assert!(late.await.is_err());
                tokio::select! {
                    biased;
                    _ = promise.clone().into_future() => panic!("the gate is closed"),
                    () = tokio::task::yield_now() => {}
                }
            }
        });
        gate.open();
        assert_eq!(drops.count(), 0);
        drop(one.block_on(promise.into_future()).expect("nobody has taken it"));
        assert_eq!(drops.count(), 1);
    });
}

/// An executor that goes away in the middle takes its tasks and their futures with it.
#[test]
fn an_executor_that_is_dropped_leaves_the_behaviors_alone() {
    on_workers(1, || {
        let gate = Gate::new();
        let passing = gate.clone();
        let cown = Cown::new(1);
        let promise = when!(cown => { passing.pass(); *cown += 1; *cown });
        let several = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("tokio");
        for _ in 0..10 {
            several.spawn(promise.clone().into_future());
        }
        drop(several);
        gate.open();
        assert_eq!(promise.join().expect("nobody has taken it"), 2);
        assert_eq!(when!(cown => *cown).join().expect("the cown is free"), 2);
    });
}

/// The thread that pumps is the one that runs tasks: the wake hook is what brings them together.
#[test]
fn a_home_thread_awaits_pinned_behaviors_that_it_pumps_itself() {
    on_home(1, |main| {
        let canvas = PinnedCown::new(main, std::rc::Rc::new(20));
        let ready = std::sync::Arc::new(tokio::sync::Notify::new());
        let waker = std::sync::Arc::clone(&ready);
        main.set_wake_hook(move || waker.notify_one());
        let one = tokio::runtime::Builder::new_current_thread().build().expect("tokio");
        let drawn = one.block_on(async {
            let drawn = when!(pinned canvas => **canvas + 1).into_future();
            tokio::pin!(drawn);
            loop {
                tokio::select! {
                    result = &mut drawn => break result,
                    () = ready.notified() => drop(main.pump()),
                }
            }
        });
        assert_eq!(drawn.expect("pumped"), 21);
    });
}

/// Nothing that blocks a worker: a task may ask for what the behavior before it has not finished.
#[test]
fn a_resolver_is_filled_by_a_task_and_awaited_by_another() {
    within(LIMIT, || {
        let several = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().expect("tokio");
        let sum = several.block_on(async {
            let (resolvers, promises): (Vec<_>, Vec<_>) = (0..100).map(|_| Promise::<u64>::new()).unzip();
            tokio::spawn(async move {
                for (i, resolver) in (0..).zip(resolvers) {
                    tokio::task::yield_now().await;
                    resolver.resolve(i);
                }
            });
            let mut sum = 0;
            for promise in promises {
                sum += promise.await.expect("filled");
            }
            sum
        });
        assert_eq!(sum, 4950);
    });
}
