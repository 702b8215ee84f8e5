//! A runtime for one test, so that tests that run side by side do not wait for each other's behaviors.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use boc::prelude::*;

use crate::deadline::{LIMIT, within};

/// Runs `body`, with a deadline, inside a runtime of its own with so many workers, or as many as `BOC_TEST_WORKERS` says;
/// waits for everything it scheduled and joins the workers.
///
/// # Panics
/// When `body` does.
pub fn on_workers<R: Send>(workers: usize, body: impl FnOnce() -> R + Send) -> R {
    on_exactly(asked_for().unwrap_or(workers), body)
}

/// As [`on_workers`], for a test that needs so many at least, because as many bodies are to meet.
///
/// # Panics
/// When `body` does.
pub fn on_at_least<R: Send>(workers: usize, body: impl FnOnce() -> R + Send) -> R {
    on_exactly(asked_for().unwrap_or(0).max(workers), body)
}

/// As [`on_workers`], for a test that is about this very number.
///
/// # Panics
/// When `body` does.
pub fn on_exactly<R: Send>(workers: usize, body: impl FnOnce() -> R + Send) -> R {
    within(LIMIT, || {
        let runtime = Runtime::builder().workers(workers).build().expect("a runtime");
        let result = runtime.enter(body);
        runtime.quiesce();
        runtime.shutdown();
        result
    })
}

/// How many workers tests have that may have any number: `BOC_TEST_WORKERS`. For `ci/repeat.sh`.
fn asked_for() -> Option<usize> {
    let text = std::env::var("BOC_TEST_WORKERS").ok()?;
    Some(text.parse().expect("BOC_TEST_WORKERS is a number"))
}

/// Like [`on_workers`], on a thread that has been claimed as a home for pinned cowns. What the body leaves behind
/// for that thread is pumped before the runtime ends.
///
/// # Panics
/// When `body` does.
pub fn on_home<R: Send>(workers: usize, body: impl FnOnce(&MainThread) -> R + Send) -> R {
    on_workers(workers, || {
        let main = MainThread::claim().expect("a fresh thread can be claimed");
        let result = body(&main);
        quiesce();
        result
    })
}

/// Claims the calling thread and lets its waits sleep for ever: from now on only a wake-up ends them. Without this
/// every wait looks again after 50 ms, which would hide a wake-up that was lost.
///
/// # Panics
/// When the thread is claimed already.
#[must_use = "the thread polls again when this is dropped"]
pub fn no_polling() -> MainThread {
    let main = MainThread::claim().expect("a fresh thread can be claimed");
    main.set_poll_interval(LIMIT * 1_000);
    main
}

/// Gives whatever can run on the current runtime a good chance to: a hundred behaviors come and go. What has not run
/// afterwards may still be on its way; what *must not* run has had its opportunity to give itself away.
///
/// # Panics
/// Never: the behaviors do nothing.
pub fn settle() {
    for _ in 0..100 {
        when(&Cown::new(()), |_| ()).join().expect("it does nothing");
    }
}

/// The message of the panic that `f` ends with.
///
/// # Panics
/// When `f` does not panic, or panics without a message.
pub fn panic_message<R>(f: impl FnOnce() -> R) -> String {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(_) => panic!("this was to panic, and did not"),
        Err(payload) => message_of(&*payload),
    }
}

/// The message in a panic's payload.
///
/// # Panics
/// When the payload is not a message.
#[must_use]
pub fn message_of(payload: &(dyn Any + Send)) -> String {
    match (payload.downcast_ref::<String>(), payload.downcast_ref::<&str>()) {
        (Some(message), _) => message.clone(),
        (_, Some(message)) => (*message).to_owned(),
        _ => panic!("the payload is not a message"),
    }
}
