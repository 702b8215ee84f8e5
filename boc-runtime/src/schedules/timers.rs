//! Owns: programs about timers: the thread starts, ends and starts again while timers are made. Time stands still (`sync`'s
//! clock), so a timer is due at once, or never.

use std::time::Duration;

use super::{Count, beside, explore, runtime};
use crate::sync::thread;
use crate::{FailureKind, Promise, after, read, wait};

/// Resolved, or cancelled because the runtime's threads were ended; and never forgotten.
fn assert_ends(timer: Promise<()>) -> bool {
    match timer.join() {
        Ok(()) => true,
        Err(failure) => {
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            false
        }
    }
}

#[test]
fn two_threads_make_the_first_timers() {
    explore(|| {
        let runtime = runtime();
        let other = beside(&runtime, |runtime| runtime.enter(|| after(Duration::ZERO)).join());
        runtime.enter(|| after(Duration::ZERO)).join().expect("the thread is there");
        other.join().expect("no panic").expect("the thread is there");
    });
}

#[test]
fn a_timer_meets_the_drop_of_its_runtime() {
    explore(|| {
        let (runtime, ran) = (runtime(), Count::default());
        let timers = runtime.enter(|| [after(Duration::ZERO), after(Duration::MAX)]);
        let requests = timers.each_ref().map(|timer| {
            let ran = ran.clone();
            runtime.when(read(timer), move |_| ran.add())
        });
        let [due, never] = timers;
        let joins = thread::spawn(move || assert_ends(due));
        drop(runtime);
        assert!(!assert_ends(never));
        let due = joins.join().expect("no panic");
        let [one, two] = requests.map(|request| request.join().is_ok());
        assert!(!two && (due || !one));
        assert_eq!(ran.get(), usize::from(one));
    });
}

#[test]
fn a_timer_meets_the_end_of_the_threads() {
    explore(|| {
        let runtime = runtime();
        let first = runtime.enter(|| after(Duration::ZERO));
        let other = beside(&runtime, |runtime| assert_ends(runtime.enter(|| after(Duration::ZERO))));
        runtime.enter(wait);
        assert_ends(first);
        other.join().expect("no panic");
        // It comes after every `wait`.
        assert!(assert_ends(runtime.enter(|| after(Duration::ZERO))));
    });
}

#[test]
fn a_timer_is_dropped_while_it_ends() {
    explore(|| {
        let runtime = runtime();
        let timer = runtime.enter(|| after(Duration::ZERO));
        let request = runtime.when(read(&timer), |_| ());
        drop(timer);
        runtime.enter(|| drop(after(Duration::ZERO)));
        request.join().expect("requested before");
    });
}
