//! Stress: two home threads that pump with random limits, random mixed sets from several threads, handles dropped
//! anywhere. Every pinned body runs at home, every value is dropped there, once.

use std::num::NonZeroUsize;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::{self, ThreadId};
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Drops, Probe, Rng, Watch, on_workers, stress};

const PINNED: usize = 3;

/// A value that must not be sent, with a probe to watch it and a counter of its drop.
struct Local {
    probe: Probe,
    _stays: Rc<boc_tests::Counted>,
}

/// Random limits; none of them can keep the queue from being emptied in the end.
fn limits(rng: &mut Rng) -> PumpLimits {
    let limits = PumpLimits::new();
    match rng.below(3) {
        0 => limits.max_behaviors(NonZeroUsize::new(1 + rng.below(5)).expect("not zero")),
        1 => limits.deadline(Duration::from_micros(rng.number() % 500)),
        _ => limits,
    }
}

/// One home thread: makes its cowns, hands them out, pumps until told to stop.
fn home(
    rng: &mut Rng,
    drops: &Drops,
    watch: &Watch,
    out: impl FnOnce(Vec<PinnedCown<Local>>),
    stop: &AtomicBool,
) {
    let main = MainThread::claim().expect("a fresh thread");
    let make = |probe| PinnedCown::new(&main, Local { probe, _stays: Rc::new(drops.token()) });
    out(Probe::several(PINNED, watch).into_iter().map(make).collect());
    while !stop.load(Ordering::SeqCst) {
        main.pump_with(limits(rng));
        if rng.chance(20) {
            thread::sleep(Duration::from_micros(50));
        }
    }
    main.pump();
}

fn random_homes(rng: &mut Rng, workers: usize, steps: usize) {
    let mut rng = rng.clone();
    on_workers(workers, move || {
        let (watch, ran, stop) = (Watch::new(), AtomicUsize::new(0), AtomicBool::new(false));
        let drops = [Drops::new(), Drops::new()];
        let ran = std::sync::Arc::new(ran);
        let plain: Vec<Cown<Probe>> = Probe::several(3, &watch).into_iter().map(Cown::new).collect();
        let mut threads = Vec::new();
        boc_tests::scope(|scope| {
            let mut homes = Vec::new();
            for drops in &drops {
                let (send, receive) = channel();
                let (mut rng, watch, stop) = (Rng::seeded(rng.number()), &watch, &stop);
                let out = move |cowns| send.send(cowns).expect("a receiver");
                scope.spawn(move || home(&mut rng, drops, watch, out, stop));
                homes.push(receive.recv().expect("its cowns"));
            }
            threads.extend(homes.iter().map(|cowns| cowns[0].home()));
            let mut promises = Vec::new();
            for _ in 0..steps {
                let cowns = &homes[rng.below(2)];
                promises.push(schedule(&mut rng, cowns, &plain, &watch, &ran));
            }
            thread::spawn(move || drop(homes)).join().expect("handles dropped elsewhere");
            promises.into_iter().for_each(|promise| promise.join().expect("it ran"));
            stop.store(true, Ordering::SeqCst);
        });
        watch.assert_clean();
        assert_eq!(ran.load(Ordering::SeqCst), steps);
        for (drops, home) in drops.iter().zip(threads) {
            assert_eq!(drops.threads(), vec![home; PINNED], "dropped at home, once");
        }
    });
}

fn schedule(
    rng: &mut Rng,
    cowns: &[PinnedCown<Local>],
    plain: &[Cown<Probe>],
    watch: &Watch,
    ran: &std::sync::Arc<AtomicUsize>,
) -> Promise<()> {
    let home: ThreadId = cowns[0].home();
    let locals: Vec<&PinnedCown<Local>> = rng.choose(PINNED, 1, 3).into_iter().map(|at| &cowns[at]).collect();
    let chosen = rng.choose(plain.len(), 0, 3);
    let (write, look): (Vec<usize>, Vec<usize>) = chosen.into_iter().partition(|_| rng.chance(50));
    let writers: Vec<&Cown<Probe>> = write.iter().map(|&at| &plain[at]).collect();
    let readers: Vec<&Cown<Probe>> = look.iter().map(|&at| &plain[at]).collect();
    let linger = rng.number() % 30;
    when!(pinned locals, writers, read readers, clone watch, clone ran => {
        watch.check(thread::current().id() == home, || "not at home".into());
        let mut held: Vec<_> = locals.iter_mut().map(|local| local.probe.exclusive()).collect();
        held.extend(writers.iter_mut().map(Probe::exclusive));
        held.extend(readers.iter().map(Probe::shared));
        held.iter().for_each(|held| held.linger(linger));
        ran.fetch_add(1, Ordering::SeqCst);
    })
}

#[test]
fn one_worker() {
    stress(30, |rng| random_homes(rng, 1, 150));
}

#[test]
fn two_workers() {
    stress(30, |rng| random_homes(rng, 2, 150));
}

#[test]
fn eight_workers() {
    stress(30, |rng| random_homes(rng, 8, 150));
}

/// A home thread that goes away in the middle: everything is decided, nothing hangs.
#[test]
fn a_home_that_goes_away() {
    stress(60, |rng| {
        let mut rng = rng.clone();
        on_workers(2, move || {
            let (drops, plain) = (Drops::new(), Cown::new(0));
            let (send, receive) = channel();
            let (pumps, mut own) = (rng.below(20), Rng::seeded(rng.number()));
            let home = thread::spawn({
                let drops = drops.clone();
                move || {
                    let main = MainThread::claim().expect("a fresh thread");
                    send.send(PinnedCown::new(&main, Rc::new(drops.token()))).expect("a receiver");
                    for _ in 0..pumps {
                        main.pump_with(limits(&mut own));
                    }
                    thread::current().id()
                }
            });
            let pinned = receive.recv().expect("its cown");
            let promises: Vec<_> =
                (0..100).map(|_| when!(pinned pinned, plain => { let _ = &pinned; *plain += 1 })).collect();
            let home = home.join().expect("it ended");
            drop(pinned);
            let ran = promises.into_iter().filter_map(|promise| match promise.join() {
                Ok(()) => Some(()),
                Err(failure) => {
                    assert_eq!(failure.kind(), FailureKind::Cancelled);
                    None
                }
            });
            let ran = ran.count();
            assert_eq!(when!(plain => *plain).join().expect("a number"), ran);
            assert_eq!(drops.threads(), [home]);
        });
    });
}
