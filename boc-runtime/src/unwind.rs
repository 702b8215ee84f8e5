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

/// How often a payload's destructor may panic with another payload before that one is leaked.
const PATIENCE: usize = 100;

/// Drops a payload whose own `Drop` may panic in turn, with a payload of which the same may be said.
pub(crate) fn discard(mut payload: Payload) {
    for _ in 0..PATIENCE {
        match catch(|| drop(payload)) {
            Ok(()) => return,
            Err(next) => payload = next,
        }
    }
    std::mem::forget(payload);
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
    #[inline]
    pub(crate) fn defuse(self) {
        std::mem::forget(self);
    }
}

impl Drop for Bomb {
    // Inlined, and its message passed by value: so an armed bomb costs nothing where nothing unwinds.
    #[inline(always)]
    fn drop(&mut self) {
        explode(self.0);
    }
}

#[cold]
#[inline(never)]
fn explode(what: &'static str) -> ! {
    eprintln!("boc: panic while {what}; the state of the cowns is lost, aborting");
    std::process::abort()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

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
    fn payloads_that_carry_each_other_are_dropped_one_by_one_and_for_ever_only_leaked() {
        struct Nested(usize, Arc<()>);
        impl Drop for Nested {
            fn drop(&mut self) {
                if let Some(rest) = self.0.checked_sub(1) {
                    panic::panic_any(Nested(rest, Arc::clone(&self.1)));
                }
            }
        }
        let count = Arc::new(());
        discard(Box::new(Nested(PATIENCE - 1, Arc::clone(&count))));
        assert_eq!(Arc::strong_count(&count), 1);
        discard(Box::new(Nested(usize::MAX, Arc::clone(&count))));
        assert_eq!(Arc::strong_count(&count), 2);
    }

    #[test]
    fn messages_are_those_of_the_panic() {
        let text = |payload: Result<(), Payload>| message(&payload.expect_err("it panics"));
        assert_eq!(text(catch(|| panic!("plain"))), "plain");
        assert_eq!(text(catch(|| panic!("number {}", 7))), "number 7");
        assert_eq!(text(catch(|| panic::panic_any(3_u8))), "a panic whose payload is not text");
    }
}
