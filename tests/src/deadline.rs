//! A deadline for everything that waits: a hang in the runtime ends the test binary with a name and a reason.

use std::io::Write;
use std::panic::resume_unwind;
use std::process::abort;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

/// How long a test may take before it counts as hung. Generous: it is never what a passing test waits for. Under a sanitizer
/// some take minutes.
pub const LIMIT: Duration = Duration::from_secs(if cfg!(boc_sanitizer) { 1_200 } else { 120 });

/// What to print when a deadline passes: seeds, mostly.
static NOTES: Mutex<Vec<(String, String)>> = Mutex::new(Vec::new());

/// Remembers `what` for the running test; it is printed when that test is late.
pub fn note(what: impl Into<String>) {
    let mut notes = NOTES.lock();
    let test = current_test();
    notes.retain(|(of, _)| *of != test);
    notes.push((test, what.into()));
}

/// Runs `body` on a thread of its own, named like the test, and aborts the process when it takes longer than
/// `limit`. A panic in `body` comes out here.
///
/// The thread is fresh on purpose: a test that claims it as a home thread meets no other test there.
pub fn within<R: Send>(limit: Duration, body: impl FnOnce() -> R + Send) -> R {
    let test = current_test();
    let (done, finished) = channel::<()>();
    thread::scope(|scope| {
        let watched = test.clone();
        let watcher = scope.spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = finished.recv_timeout(limit) {
                late(&watched, limit);
            }
        });
        let runner = named(&test).spawn_scoped(scope, body).expect("a thread for the test");
        let outcome = runner.join();
        drop(done);
        watcher.join().expect("it only waits");
        outcome.unwrap_or_else(|payload| resume_unwind(payload))
    })
}

fn named(test: &str) -> thread::Builder {
    thread::Builder::new().name(test.to_owned())
}

fn current_test() -> String {
    thread::current().name().unwrap_or("a test").to_owned()
}

/// Says which test hangs and ends the process. Written to the stream itself: the harness would keep a captured
/// message to itself when the process aborts.
fn late(test: &str, limit: Duration) -> ! {
    let notes = NOTES.lock();
    let mut stderr = std::io::stderr().lock();
    let _ = writeln!(stderr, "\n*** {test}: not finished after {limit:?}: a hang ***");
    for (_, what) in notes.iter().filter(|(of, _)| of == test) {
        let _ = writeln!(stderr, "*** {test}: {what} ***");
    }
    let _ = stderr.flush();
    abort()
}
