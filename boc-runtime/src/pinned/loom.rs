//! Owns: the models of README.md, "Races": one per race, of the same name. The real [`Home`], with jobs that nobody runs.

use std::ptr::NonNull;
use std::sync::Arc;
use std::task::Wake;

use loom::thread::{JoinHandle, spawn};

use crate::behavior::Job;
use crate::sched::Parker;
use crate::sync::{AtomicBool, Ordering, explore};

use super::block_on::HomeWaker;
use super::home::{Dead, Home, Next};

fn home() -> Arc<Home> {
    Arc::new(Home::of_this_thread())
}

/// With a hook that wakes the host's loop.
fn hooked() -> (Arc<Home>, Arc<Parker>) {
    let (home, woken) = (home(), Arc::new(Parker::new()));
    home.set_wake_hook({
        let woken = Arc::clone(&woken);
        Arc::new(move || woken.unpark())
    });
    (home, woken)
}

fn submit(home: &Arc<Home>) -> JoinHandle<()> {
    let home = Arc::clone(home);
    // Nobody looks into it: the home is not closed, and the model does not run it.
    spawn(move || home.submit(Job(NonNull::dangling())))
}

/// As a pump does: what is in the inbox, one job after the other.
fn pump(home: &Home) -> usize {
    let mut ran = 0;
    while let Next::Job(_) = home.next() {
        home.job_leaves();
        ran += 1;
    }
    ran
}

#[test]
fn a_job_meets_the_emptying_of_the_queue() {
    explore(|| {
        let (home, woken) = hooked();
        let submitters = [submit(&home), submit(&home)];
        // The host's loop: it pumps when the hook has woken it, and only then.
        let mut ran = 0;
        while ran < submitters.len() {
            woken.park();
            ran += pump(&home);
        }
        for submitter in submitters {
            submitter.join().expect("no panic");
        }
    });
}

#[test]
fn a_job_meets_a_pump_that_stops_at_its_limit() {
    explore(|| {
        let (home, woken) = hooked();
        let submitters = [submit(&home), submit(&home)];
        let mut ran = 0;
        while ran < submitters.len() {
            woken.park();
            // As a pump does whose limit is one behavior.
            if let Next::Job(_) = home.next() {
                home.job_leaves();
                ran += 1;
                home.stops_at_a_limit();
            }
        }
        for submitter in submitters {
            submitter.join().expect("no panic");
        }
    });
}

#[test]
fn a_value_meets_the_emptying_of_the_inbox() {
    explore(|| {
        let (home, woken) = hooked();
        let senders = [1, 2].map(|key| {
            let home = Arc::clone(&home);
            spawn(move || assert!(home.send_dead(Dead::Body(key)), "open"))
        });
        let mut dropped = 0;
        while dropped < senders.len() {
            woken.park();
            while let Next::Dead(dead) = home.next() {
                dropped += dead.len();
            }
        }
        for sender in senders {
            sender.join().expect("no panic");
        }
    });
}

#[test]
fn a_job_meets_a_home_that_falls_asleep() {
    explore(|| {
        let home = home();
        let submitter = submit(&home);
        let parker = Parker::current();
        while pump(&home) == 0 {
            parker.park();
        }
        submitter.join().expect("no panic");
    });
}

#[test]
fn something_arrives_while_the_home_closes() {
    explore(|| {
        let home = home();
        let sender = spawn({
            let home = Arc::clone(&home);
            move || home.send_dead(Dead::Body(1))
        });
        let taken = home.close().dead.len();
        let accepted = sender.join().expect("no panic");
        assert_eq!(taken, usize::from(accepted), "taken by the home, or refused: one of the two");
    });
}

#[test]
fn a_wake_up_meets_a_wait_inside_of_a_look() {
    explore(|| {
        let waker = Arc::new(HomeWaker::new());
        let [outer, inner] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let wakes = spawn({
            let (waker, outer) = (Arc::clone(&waker), Arc::clone(&outer));
            move || {
                outer.store(true, Ordering::Relaxed);
                waker.wake_by_ref();
            }
        });
        let ends_inner = spawn({
            let (parker, inner) = (Arc::clone(&waker.parker), Arc::clone(&inner));
            move || {
                inner.store(true, Ordering::Release);
                parker.unpark();
            }
        });
        loop {
            waker.look();
            if outer.load(Ordering::Relaxed) {
                break;
            }
            // The look goes on, in vain, with a wait of its own.
            while !inner.load(Ordering::Acquire) {
                waker.parker.park();
            }
            waker.keep_awake_if_woken();
            waker.parker.park();
        }
        wakes.join().expect("no panic");
        ends_inner.join().expect("no panic");
    });
}
