//! Owns: the only door for panics. User code runs inside [`catch`]; what is left over is got rid of in [`discard`].

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};

/// What a panic carries.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Runs user code and turns its panic into data.
///
/// No `UnwindSafe` bound: a cown is released, not poisoned, when a body panics, as a `parking_lot` mutex is; the
/// promise tells that it happened.
pub(crate) fn catch<R>(user: impl FnOnce() -> R) -> Result<R, Payload> {
    if cfg!(all(test, loom)) {
        // A panic is how a model fails: not to be contained.
        return Ok(user());
    }
    panic::catch_unwind(AssertUnwindSafe(user))
}

/// Drops a payload whose own `Drop` may panic in turn; what that panic carries is leaked rather than dropped.
pub(crate) fn discard(payload: Payload) {
    if let Err(second) = catch(|| drop(payload)) {
        std::mem::forget(second);
    }
}

/// Runs user code (a destructor, mostly) whose panic nobody is there to receive. The panic hook has printed it.
pub(crate) fn contain(user: impl FnOnce()) {
    if let Err(payload) = catch(user) {
        discard(payload);
    }
}

/// The text of a payload, as the standard panic hook would print it.
pub(crate) fn message(payload: &Payload) -> String {
    if let Some(text) = payload.downcast_ref::<&'static str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic whose payload is not text".to_owned()
    }
}

/// Aborts the process when dropped: armed where an unwind would leave a cown queue half changed.
#[derive(Debug)]
pub(crate) struct Bomb(pub(crate) &'static str);

impl Bomb {
    pub(crate) fn defuse(self) {
        std::mem::forget(self);
    }
}

impl Drop for Bomb {
    fn drop(&mut self) {
        eprintln!("boc: panic while {}; the state of the cowns is lost, aborting", self.0);
        std::process::abort();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct PanicsOnDrop;

    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }

    #[test]
    fn a_payload_whose_drop_panics_is_contained() {
        let payload = catch(|| panic::panic_any(PanicsOnDrop)).expect_err("it panics");
        discard(payload);
    }

    #[test]
    fn messages_are_those_of_the_panic() {
        let text = |payload: Result<(), Payload>| message(&payload.expect_err("it panics"));
        assert_eq!(text(catch(|| panic!("plain"))), "plain");
        assert_eq!(text(catch(|| panic!("number {}", 7))), "number 7");
        assert_eq!(text(catch(|| panic::panic_any(3_u8))), "a panic whose payload is not text");
    }
}
