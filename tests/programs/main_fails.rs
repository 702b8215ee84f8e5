//! `#[boc::main]` that ends with an error, or (argument `panic`) with a panic, in the middle of everything: a body runs,
//! others wait behind it, at home, for a cown of another runtime. What becomes of all that is checked afterwards.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use boc::FailureKind;
use boc::prelude::*;
use boc_tests::{Counted, Drops, LIMIT, within};

/// What outlives the program's `main`.
struct Left {
    cown: Cown<u32>,
    /// What the running body waits for goes with the home of this, not with its handle.
    _held: PinnedCown<(Sender<()>, Counted)>,
    running: Promise<u32>,
    /// Scheduled, and not started when `main` ends.
    skipped: Vec<Promise<()>>,
    /// A runtime that nobody cancels, and what it still has to do on a cown of the program's.
    other: Runtime,
    others: Promise<u32>,
    drops: Drops,
    drops_at_home: Drops,
}

static LEFT: OnceLock<Left> = OnceLock::new();
static RAN: AtomicUsize = AtomicUsize::new(0);

#[boc::main(workers = 2)]
fn program(main: MainThread) -> Result<(), String> {
    let (drops, drops_at_home) = (Drops::new(), Drops::new());
    let (cown, canvas) = (Cown::new(1), PinnedCown::new(&main, 0));

    // Runs when `main` ends, and until the value of a pinned cown is dropped.
    let (going_on, until) = channel::<()>();
    let (starting, started) = channel();
    let held = PinnedCown::new(&main, (going_on, drops_at_home.token()));
    let running = when!(cown, let _token = drops.token() => {
        starting.send(()).expect("main waits");
        let closed = until.recv();
        assert!(closed.is_err(), "only dropping it ends this");
        *cown += 1;
        *cown
    });
    started.recv().expect("it starts");

    let mut skipped = Vec::new();
    for _ in 0..100 {
        let (token, at_home) = (drops.token(), Rc::new(drops_at_home.token()));
        skipped.push(when!(cown, let _token = token => { let _ = &cown; ran() }));
        skipped.push(when!(pinned canvas, let _token = drops.token() => { *canvas += 1; ran() }));
        skipped.push(when!(cown, pinned canvas => { let _ = (&cown, &canvas); ran() }));
        skipped.push(when!(in main; let _token = Rc::clone(&at_home) => ran()));
        skipped.push(when!(in main; cown, let _token = at_home => { let _ = &cown; ran() }));
    }
    let other = Runtime::builder().workers(1).build().expect("a runtime");
    let others = when!(in other; cown, let _token = drops.token() => { *cown += 10; *cown });
    skipped.push(when!(cown => { let _ = &cown; ran() }));
    skipped.push(when!(try others => { let _ = &others; ran() }));

    let left = Left { cown, _held: held, running, skipped, other, others, drops, drops_at_home };
    assert!(LEFT.set(left).is_ok());
    if std::env::args().any(|argument| argument == "panic") {
        panic!("lost");
    }
    Err("given up".to_owned())
}

#[boc::main]
fn again() -> Result<u32, String> {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let fails = CALLS.fetch_add(1, Ordering::SeqCst) == 0;
    let cown = Cown::new(12);
    let more = when!(cown => { *cown += 1; *cown });
    if fails { Err("once more".to_owned()) } else { more.join().map_err(|failure| failure.to_string()) }
}

fn ran() {
    RAN.fetch_add(1, Ordering::SeqCst);
}

fn main() {
    let outcome = catch_unwind(AssertUnwindSafe(program));
    match outcome {
        Ok(outcome) => println!("{outcome:?}"),
        Err(payload) => println!("panicked: {}", boc_tests::message_of(&*payload)),
    }
    let home = thread::current().id();
    let left = LEFT.get().expect("set by `program`");
    within(LIMIT, || {
        for skipped in &left.skipped {
            let failure = skipped.clone().join().expect_err("not run");
            assert_eq!(failure.kind(), FailureKind::Cancelled);
            let why =
                "cancelled before it ran: the function under `#[boc::main]` returned an error, or panicked";
            assert_eq!(failure.message(), why);
        }
        assert_eq!(left.running.clone().join().expect("it had started"), 2);
        assert_eq!(left.others.clone().join().expect("another runtime's"), 12, "the cown was handed on");
        left.other.quiesce();
        assert_eq!(RAN.load(Ordering::SeqCst), 0);
        assert_eq!(left.drops.count(), 1 + 200 + 1);
        assert_eq!(left.drops_at_home.threads(), [home; 101]);
        // What is scheduled from now on starts the global runtime afresh.
        assert_eq!(when(&left.cown, |cown| *cown).join().expect("a new runtime"), 12);
        boc::wait();
        // Another function under `#[boc::main]` has it, too, whether it fails or not.
        assert_eq!(again(), Err("once more".to_owned()));
        assert_eq!(again(), Ok(13));
        let free = left.other.when(&left.cown, |cown| *cown);
        assert_eq!(free.join().expect("the cown is free"), 12);
    });
    println!("all is decided");
}
