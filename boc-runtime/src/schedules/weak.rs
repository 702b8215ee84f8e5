//! Owns: programs about the lives of blocks: counts, and memory that one thread frees for another.

use super::{Count, beside, explore, pause, runtime};
use crate::sync::thread;
use crate::{Cown, WeakCown};

#[test]
fn an_upgrade_meets_the_end_of_the_last_handle() {
    explore(|| {
        let dropped = Count::default();
        let cown = Cown::new(dropped.dropped());
        let weak = cown.downgrade();
        let other = thread::spawn(move || drop(cown));
        if let Some(cown) = weak.upgrade() {
            assert_eq!(dropped.get(), 0);
            drop(cown);
        }
        other.join().expect("no panic");
        assert_eq!(dropped.get(), 1);
        assert!(weak.upgrade().is_none());
    });
}

#[test]
fn a_cown_ends_while_its_last_behavior_releases_it() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        let cown = Cown::new(dropped.dropped());
        let weak = cown.downgrade();
        runtime.when(&cown, |_| pause());
        let other = beside(&runtime, move |runtime| {
            if let Some(cown) = weak.upgrade() {
                runtime.when(&cown, |_| ());
            }
        });
        drop(cown);
        other.join().expect("no panic");
        runtime.quiesce();
        assert_eq!(dropped.get(), 1);
    });
}

#[test]
fn blocks_are_freed_by_other_threads_and_used_again() {
    explore(|| {
        let (runtime, dropped) = (runtime(), Count::default());
        for round in 0..3_u64 {
            let cowns: Vec<_> = (0..2).map(|number| Cown::new((round, number, dropped.dropped()))).collect();
            let other = beside(&runtime, {
                let cowns = cowns.clone();
                move |_| drop(cowns)
            });
            let sum = runtime
                .when(&cowns, |cowns| cowns.iter().map(|(round, number, _)| round + number).sum::<u64>());
            drop(cowns);
            assert_eq!(sum.join().expect("no panic"), 2 * round + 1);
            other.join().expect("no panic");
        }
        runtime.quiesce();
        assert_eq!(dropped.get(), 6);
    });
}

#[test]
fn an_upgrade_meets_the_value_of_a_cyclic_cown() {
    explore(|| {
        let dropped = Count::default();
        let mut other = None;
        let cown = Cown::new_cyclic(|weak: &WeakCown<_>| {
            let weak = weak.clone();
            other = Some(thread::spawn(move || drop(weak.upgrade())));
            dropped.dropped()
        });
        assert_eq!(dropped.get(), 0);
        drop(cown);
        other.expect("the closure was called").join().expect("no panic");
        assert_eq!(dropped.get(), 1);
    });
}
