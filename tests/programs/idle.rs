//! Prints how much processor time, in clock ticks, two idle seconds cost, or how often the waiting
//! thread went to sleep in them; the first argument says what kind of idle.

use std::thread;
use std::time::Duration;

use boc::prelude::*;
use boc_tests::{Gate, cpu_ticks, voluntary_switches};

const IDLE: Duration = Duration::from_secs(2);

fn main() {
    let cown = Cown::new(0_u64);
    for _ in 0..1_000 {
        when!(cown => *cown += 1);
    }
    quiesce();
    let ticks = match std::env::args().nth(1).as_deref() {
        Some("nothing") => measure(|| thread::sleep(IDLE)),
        Some("join") => {
            let gate = Gate::new();
            let blocked = when!(clone gate => gate.pass());
            let opener = thread::spawn(move || {
                thread::sleep(IDLE);
                gate.open();
            });
            let ticks = measure(|| blocked.join().expect("it passed"));
            opener.join().expect("it opened");
            ticks
        }
        Some("home") => {
            let (_main, gate) = (MainThread::claim().expect("claimed"), Gate::new());
            let blocked = when!(clone gate => gate.pass());
            let opener = thread::spawn(move || {
                thread::sleep(IDLE);
                gate.open();
            });
            let ticks = measure(|| blocked.join().expect("it passed"));
            opener.join().expect("it opened");
            ticks
        }
        Some("queued") => {
            // Work for a home thread that does not pump, and work behind a cown that is held.
            let (main, gate) = (MainThread::claim().expect("claimed"), Gate::new());
            let pinned = PinnedCown::new(&main, 0);
            when!(pinned pinned => *pinned += 1);
            when!(cown, clone gate => { let _ = &cown; gate.pass() });
            when!(cown => *cown += 1);
            let ticks = measure(|| thread::sleep(IDLE));
            gate.open();
            main.pump();
            ticks
        }
        Some("sleeps-join") => return sleeps(|| behind_a_gate().join().expect("it passed")),
        Some("sleeps-quiesce") => {
            drop(behind_a_gate());
            return sleeps(quiesce);
        }
        Some("sleeps-scope") => {
            let blocked = behind_a_gate();
            return sleeps(|| boc::scope(|s| drop(s.when(&blocked, |_| ()))));
        }
        Some("sleeps-home") => {
            let _main = MainThread::claim().expect("claimed");
            return sleeps(|| behind_a_gate().join().expect("it passed"));
        }
        other => panic!("which one? {other:?}"),
    };
    println!("ticks {ticks}");
}

/// A behavior that ends after the idle time.
fn behind_a_gate() -> Promise<()> {
    let gate = Gate::new();
    let blocked = when!(clone gate => gate.pass());
    thread::spawn(move || {
        thread::sleep(IDLE);
        gate.open();
    });
    blocked
}

/// Prints how often the calling thread went to sleep.
fn sleeps(wait: impl FnOnce()) {
    let before = voluntary_switches();
    wait();
    println!("sleeps {}", voluntary_switches() - before);
}

fn measure(idle: impl FnOnce()) -> u64 {
    thread::sleep(Duration::from_millis(100)); // workers that have just run out of work may look around a little
    let before = cpu_ticks();
    idle();
    cpu_ticks() - before
}
