//! Owns: programs about workers' own queues, which are short here, and their thieves.

use super::{Count, explore, pause};
use crate::sync::yield_now;
use crate::{Cown, Runtime, when};

/// A worker schedules more than its queue holds, and others take some of it.
fn spread(workers: usize) {
    let runtime = Runtime::builder().workers(workers).build().expect("threads of shuttle");
    let ran = Count::default();
    runtime.when((), {
        let ran = ran.clone();
        move |()| {
            for number in 0..9 {
                let ran = ran.clone();
                when((), move |()| {
                    if number == 2 {
                        let ran = ran.clone();
                        when((), move |()| ran.add());
                    }
                    pause();
                    ran.add();
                });
            }
        }
    });
    runtime.quiesce();
    assert_eq!(ran.get(), 10);
}

#[test]
fn a_worker_has_more_than_its_queue_holds() {
    explore(|| spread(2));
}

#[test]
fn two_thieves_meet() {
    explore(|| spread(3));
}

#[test]
fn a_crowd_on_one_cown_is_handed_over_and_stolen() {
    explore(|| {
        let runtime = Runtime::builder().workers(3).build().expect("threads of shuttle");
        let (sum, cowns) = (Cown::new(0), [Cown::new(0), Cown::new(0), Cown::new(0)]);
        runtime.when((), {
            let (sum, cowns) = (sum.clone(), cowns.clone());
            move |()| {
                for cown in cowns.iter().chain(&cowns) {
                    when(cown, |mut number| *number += 1);
                    when((cown, &sum), |(mut number, mut sum)| {
                        *sum += std::mem::take(&mut *number);
                    });
                }
            }
        });
        runtime.quiesce();
        assert_eq!(sum.try_into_inner().expect("the only handle"), 6);
    });
}

#[test]
fn a_queue_is_filled_anew_while_thieves_copy() {
    explore(|| {
        let runtime = Runtime::builder().workers(3).build().expect("threads of shuttle");
        let ran = Count::default();
        runtime.when((), {
            let ran = ran.clone();
            move |()| {
                for round in 1..5 {
                    for _ in 0..2 {
                        let ran = ran.clone();
                        when((), move |()| ran.add());
                    }
                    // This body goes on, so others run them: whatever is in the queue gets stolen.
                    while ran.get() < round {
                        yield_now();
                    }
                }
            }
        });
        runtime.quiesce();
        assert_eq!(ran.get(), 8);
    });
}

/// Schedules itself until the count is reached.
fn turn_over(met: Count, until: usize) {
    if met.get() < until {
        // As a spinning loop: a schedule must not keep the others away.
        yield_now();
        when((), move |()| turn_over(met, until));
    }
}

#[test]
fn a_busy_worker_rescues_jobs_that_wait_for_each_other() {
    explore(|| {
        let runtime = Runtime::builder().workers(3).build().expect("threads of shuttle");
        let met = Count::default();
        runtime.when((), {
            let met = met.clone();
            move |()| turn_over(met, 2)
        });
        runtime.when((), move |()| {
            for met in [met.clone(), met.clone()] {
                // Each waits for the other: a worker that has both, and keeps them, never ends.
                when((), move |()| {
                    met.add();
                    while met.get() < 2 {
                        yield_now();
                    }
                });
            }
            // The body is long, so a busy worker takes what waits behind it.
            while met.get() < 2 {
                yield_now();
            }
        });
        runtime.quiesce();
    });
}
