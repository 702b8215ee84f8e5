//! Promise: a simulated runtime puts off what it is given only where its own behaviors could tell. What its thread, or
//! one of its bodies, schedules on a runtime with threads comes later than what was scheduled before.

use boc::prelude::*;
use boc_tests::{LIMIT, within};

const SEEDS: u64 = 100;

/// What is scheduled on the simulated runtime requests two cowns; then the real one is to have its promise, and one
/// of the two: a circle, if the second enters first.
fn no_circle(schedule: impl Fn(&Runtime, &Runtime, &Cown<i32>, &Cown<i32>) + Sync) {
    within(LIMIT, || {
        let real = Runtime::builder().workers(1).build().expect("a runtime");
        for seed in 0..SEEDS {
            let simulated = Runtime::simulated(seed);
            let (a, c) = (Cown::new(0), Cown::new(0));
            simulated.when(&a, |mut a| *a += 1);
            schedule(&simulated, &real, &a, &c);
            simulated.quiesce();
            real.quiesce();
            assert_eq!(real.when(&c, |c| *c).join().unwrap(), 10, "seed {seed}");
        }
    });
}

#[test]
fn what_a_runtime_is_given_comes_behind_what_the_thread_has_scheduled() {
    no_circle(|simulated, real, a, c| {
        let sum = simulated.when((a, c), |(a, c)| *a + *c);
        real.when((&sum, c), |(_, mut c)| *c += 10);
    });
}

#[test]
fn what_an_entered_runtime_is_given_comes_behind_what_the_thread_has_scheduled() {
    no_circle(|simulated, real, a, c| {
        let sum = simulated.when((a, c), |(a, c)| *a + *c);
        real.enter(|| when!(sum, c => { let _ = *sum; *c += 10 }));
    });
    no_circle(|simulated, real, a, c| {
        real.enter(|| {
            let sum = simulated.when((a, c), |(a, c)| *a + *c);
            when!(sum, c => { let _ = *sum; *c += 10 });
        });
    });
}

#[test]
fn what_a_batch_gives_another_runtime_comes_behind_what_the_thread_has_scheduled() {
    no_circle(|simulated, real, a, c| {
        let sum = simulated.enter(|| boc::batch(|batch| batch.when((a, c), |(a, c)| *a + *c)));
        real.enter(|| boc::batch(|batch| drop(batch.when((&sum, c), |(_, mut c)| *c += 10))));
    });
}

#[test]
fn what_a_body_gives_another_runtime_comes_behind_what_it_has_scheduled() {
    within(LIMIT, || {
        let real = Runtime::builder().workers(1).build().expect("a runtime");
        let handle = &real;
        for seed in 0..SEEDS {
            let simulated = Runtime::simulated(seed);
            let (a, c) = (Cown::new(0), Cown::new(0));
            simulated.enter(|| {
                boc::scope(|scope| {
                    when!(in scope; clone a, clone c => {
                        when!(a => *a += 1);
                        let sum = when!(a, c => *a + *c);
                        when!(in handle; sum, c => { let _ = *sum; *c += 10 });
                    });
                });
            });
            simulated.quiesce();
            real.quiesce();
            assert_eq!(real.when(&c, |c| *c).join().unwrap(), 10, "seed {seed}");
        }
    });
}
