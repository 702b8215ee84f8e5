//! Promise: the host's own code (a wake hook, a watchdog's sink, destructors) may do anything that its thread may, at any
//! moment: it is called under no lock, finds the gate as it is, and its panics stay where they are.

use std::cell::RefCell;
use std::mem::forget;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;
use boc_tests::{Bomb, Drops, LIMIT, on_home, on_workers, panic_message};

thread_local! {
    static TOKEN: RefCell<Option<Rc<MainThread>>> = const { RefCell::new(None) };
}

/// The token of this thread, if it is its home; hooks are called on other threads, too.
fn token() -> Option<Rc<MainThread>> {
    TOKEN.with_borrow(Option::clone)
}

/// A home whose token hooks find.
fn with_a_token(test: impl FnOnce(&MainThread) + Send) {
    on_workers(2, || {
        let main = Rc::new(MainThread::claim().expect("a fresh thread"));
        TOKEN.set(Some(Rc::clone(&main)));
        test(&main);
        quiesce();
        TOKEN.set(None);
    });
}

#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[test]
fn a_hook_that_pumps_runs_bodies_between_bodies_only() {
    with_a_token(|main| {
        let (cown, depth, calls) = (PinnedCown::new(main, 0), Count::default(), Count::default());
        main.set_wake_hook({
            let calls = calls.clone();
            move || {
                calls.add();
                if let Some(main) = token() {
                    main.pump(); // panics in a body, and in `with`
                }
            }
        });
        for _ in 0..100 {
            when!(pinned cown, clone depth => {
                assert_eq!(depth.add() % 2, 1, "a body in a body");
                when!(pinned cown => *cown += 1);
                *cown += 1;
                assert_eq!(depth.add() % 2, 0, "a body in a body");
            });
            let pending = main.with(&cown, |number| {
                let before = *number;
                let pending = when!(pinned cown => *cown += 1);
                assert_eq!(*number, before, "a body while the value is lent");
                pending
            });
            pending.expect("nothing runs").join().expect("no panic");
        }
        quiesce();
        assert_eq!(main.with(&cown, |number| *number), Ok(300));
        assert!(calls.get() >= 100);
    });
}

/// A queue that is pumped one by one from the hook is not a recursion as deep as the queue.
#[test]
fn a_hook_that_pumps_with_a_limit_needs_no_stack() {
    with_a_token(|main| {
        let cowns: Vec<_> = (0..20_000).map(|_| PinnedCown::new(main, 0)).collect();
        for cown in &cowns {
            when!(pinned cown => *cown += 1);
        }
        main.set_wake_hook(|| {
            if let Some(main) = token() {
                main.pump_with(PumpLimits::new().max_behaviors(std::num::NonZeroUsize::MIN));
            }
        });
        assert_eq!(main.pump().executed, 0, "the hook, which was called at once, has run them all");
    });
}

#[test]
fn a_hook_may_replace_itself_claim_and_be_lent_a_value() {
    with_a_token(|main| {
        let (cown, calls) = (PinnedCown::new(main, 0), Count::default());
        let hook = {
            let (cown, calls) = (cown.clone(), calls.clone());
            move || {
                if let Some(main) = token() {
                    assert!(MainThread::claim().is_err());
                    main.with(&cown, |number| *number += 1000).expect("nothing runs: called outside");
                    let calls = calls.clone();
                    main.set_wake_hook(move || {
                        calls.add();
                    });
                }
            }
        };
        main.set_wake_hook(hook);
        when!(pinned cown => *cown += 1);
        assert_eq!(calls.get(), 1, "the new one is called at once, for something waits");
        main.pump();
        assert_eq!(main.with(&cown, |number| *number), Ok(1001));
    });
}

#[test]
fn a_hook_whose_destructor_panics_is_replaced_all_the_same() {
    on_home(1, |main| {
        let (bomb, calls) = (Bomb::new(&Drops::new()), Count::default());
        main.set_wake_hook(move || {
            let _ = &bomb;
        });
        let counting = calls.clone();
        let message = panic_message(|| {
            main.set_wake_hook(move || {
                counting.add();
            })
        });
        assert_eq!(message, "a drop that panics");
        let cown = PinnedCown::new(main, 0);
        when!(pinned cown => *cown += 1).join().expect("runs");
        assert_eq!(calls.get(), 1);
    });
}

fn until_dropped(drops: &Drops, what: &str) {
    let end = Instant::now() + LIMIT / 2;
    while drops.count() == 0 {
        assert!(Instant::now() < end, "{what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// A watchdog's thread owns its sink, and drops it when it ends.
#[test]
fn a_watchdogs_thread_ends_with_its_home() {
    let watched = |leak: bool| {
        let drops = Drops::new();
        let token = drops.token();
        on_workers(1, || {
            let main = Rc::new(MainThread::claim().expect("a fresh thread"));
            main.set_watchdog(Some(Watchdog::new(Duration::from_millis(1)).on_starve(move |_| {
                let _ = &token;
            })));
            let cown = PinnedCown::new(&main, 0);
            when!(pinned cown => *cown += 1);
            thread::sleep(Duration::from_millis(5));
            // A value of its own home owns the token, until the thread has ended.
            leak.then(|| PinnedCown::new(&main, Rc::clone(&main)))
        });
        until_dropped(&drops, "the watchdog's thread goes on");
    };
    watched(false);
    watched(true);
}

#[test]
fn a_sink_may_schedule_wait_and_panic_and_its_destructor_may_panic_too() {
    on_home(1, |main| {
        let (cown, bomb) = (PinnedCown::new(main, 0), Bomb::new(&Drops::new()));
        let (tell, told) = std::sync::mpsc::channel();
        main.set_watchdog(Some(Watchdog::new(Duration::from_millis(1)).on_starve({
            let cown = cown.clone();
            move |starvation| {
                let _ = &bomb;
                when!(pinned cown => *cown += 1);
                let on_a_worker = when!(=> 1).join().expect("it may wait: it is a thread of its own");
                let _ = tell.send((starvation.depth, on_a_worker));
                panic!("in the sink");
            }
        })));
        when!(pinned cown => *cown += 1);
        let (depth, one) = told.recv_timeout(LIMIT / 2).expect("nobody pumps");
        assert!(depth >= 1 && one == 1);
        told.recv_timeout(LIMIT / 2).expect("its panic does not end it");
        main.set_watchdog(None);
        quiesce();
    });
}

#[test]
fn values_that_panic_in_their_drop_do_not_keep_others_when_a_home_closes() {
    on_workers(1, || {
        let drops = Drops::new();
        let main = MainThread::claim().expect("a fresh thread");
        let cowns: Vec<_> = (0..5)
            .map(|_| PinnedCown::new(&main, (drops.token(), Bomb::new(&Drops::new()), drops.token())))
            .collect();
        let (resolver, late) = Promise::<()>::new();
        let bomb = Bomb::new(&Drops::new());
        let waiting = main.when(&late, move |_| drop(bomb));
        let queued = Bomb::new(&Drops::new());
        let first = &cowns[0];
        let cancelled = when!(pinned first, let queued = queued => { let _ = (&first, &queued); });
        drop(main);
        assert_eq!(drops.count(), 10);
        assert!(cancelled.join().is_err());
        resolver.resolve(());
        assert!(waiting.join().is_err());
        MainThread::claim().map(drop).expect("the thread is free again");
    });
}

/// Destructors that run while a home closes may make another home of the thread, and use it.
#[test]
fn a_destructor_may_claim_the_thread_anew_while_its_home_closes() {
    struct Claims(Drops);
    impl Drop for Claims {
        fn drop(&mut self) {
            let main = MainThread::claim().expect("the old one is about to be closed");
            let cown = PinnedCown::new(&main, self.0.token());
            when!(pinned cown => drop(std::mem::replace(&mut *cown, Drops::new().token())))
                .join()
                .expect("pumps");
            assert_eq!(self.0.count() % 2, 1);
            drop(self.0.token());
        }
    }
    on_workers(1, || {
        let drops = Drops::new();
        let main = MainThread::claim().expect("a fresh thread");
        let cowns: Vec<_> = (0..3).map(|_| PinnedCown::new(&main, Claims(drops.clone()))).collect();
        drop(main);
        assert_eq!(drops.count(), 6);
        drop(cowns);
        MainThread::claim().map(drop).expect("free");
    });
}

/// A guard has nothing to do when it is dropped, so forgetting it does no harm.
#[test]
fn guards_that_are_forgotten_give_back_what_they_hold() {
    on_home(1, |main| {
        let (cown, plain) = (PinnedCown::new(main, 0), Cown::new(0));
        when((pinned(&cown), &plain), |(mut cown, mut plain)| {
            (*cown, *plain) = (1, 1);
            #[expect(clippy::forget_non_drop, reason = "the test is about that")]
            forget((cown, plain));
        })
        .join()
        .expect("no panic");
        assert_eq!(when((pinned(&cown), read(&plain)), |(cown, plain)| *cown + *plain).join().unwrap(), 2);
        assert_eq!(main.with(&cown, |number| *number), Ok(1));
    });
}
