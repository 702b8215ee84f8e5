//! Owns: why a promise has no value.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::later;
use crate::sync::Mutex;
use crate::unwind::{self, Payload};

/// The reason why a promise will never hold a value.
///
/// A failure travels: a behavior that requests a failed promise does not run, and its own promise fails with the
/// same `Failure`. Clones share what they carry.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, FailureKind, when};
///
/// let cown = Cown::new(1);
/// let failure = when(&cown, |_| -> u8 { panic!("out of cheese") }).join().unwrap_err();
/// assert_eq!(failure.kind(), FailureKind::Panicked);
/// assert_eq!(failure.message(), "out of cheese");
/// ```
#[derive(Clone)]
pub struct Failure {
    inner: Arc<Inner>,
}

struct Inner {
    kind: FailureKind,
    message: Box<str>,
    location: Option<&'static Location<'static>>,
    payload: Mutex<Option<Payload>>,
}

/// What kind of thing went wrong: see [`Failure::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// The behavior's body panicked.
    Panicked,
    /// The behavior was given up before it ran: its runtime or its `MainThread` has ended, or the
    /// closure of its batch panicked. Or the runtime of a timer has ended. (A function under `#[boc::main]` that fails ends the global
    /// runtime.)
    Cancelled,
    /// A `Resolver` was dropped without a value.
    Abandoned,
    /// The value had been taken by a `join` before this request was reached.
    Taken,
}

/// Why a behavior is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cancelled {
    /// Dropped; or a simulated one whose thread has ended.
    RuntimeEnded,
    /// The global runtime was given up.
    MainFailed,
    /// The `MainThread` was dropped, or its thread has ended.
    HomeEnded,
    BatchPanicked,
    /// By its `Cancel`.
    Asked,
    /// By `Promise::cancel`.
    AskedAlone,
    /// A simulation knows that.
    ScopeStuck,
    /// A spawn handler has made none.
    NoThreads,
    /// This process is a child of the one that has the threads.
    Forked,
}

impl Failure {
    /// What kind of failure this is.
    pub fn kind(&self) -> FailureKind {
        self.inner.kind
    }

    /// What the panic said, or a sentence for the other kinds. That of
    /// [`Cancelled`](FailureKind::Cancelled) says why.
    pub fn message(&self) -> &str {
        &self.inner.message
    }

    /// Where the behavior that failed was scheduled: the place of its `when`. Behaviors that were
    /// skipped because of it have its failure, with this place. For an abandoned promise, the place
    /// of [`Promise::new`](crate::Promise::new); `None` if the value was taken, and for a timer that
    /// was cancelled, whose message has its place.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::when;
    ///
    /// let failed = when((), |()| -> u8 { panic!("no result") });
    /// let skipped = when(&failed, |value| *value + 1);
    /// let failure = skipped.join().unwrap_err();
    /// let place = failure.location().unwrap(); // of the first `when`
    /// assert_eq!(failure.to_string(), format!("the behavior scheduled at {place} panicked: no result"));
    /// ```
    pub fn location(&self) -> Option<&'static Location<'static>> {
        self.inner.location
    }

    /// Goes on panicking on this thread: with the payload of the original panic if it is the first
    /// to resume it, with the failure's text otherwise.
    ///
    /// # Panics
    ///
    /// Always; the panic hook does not run a second time for a panic that is resumed.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::panic::{catch_unwind, panic_any};
    /// use boc::when;
    ///
    /// let failure = when((), |()| panic_any(17)).join().unwrap_err();
    /// let payload = catch_unwind(|| failure.resume()).unwrap_err();
    /// assert_eq!(payload.downcast_ref(), Some(&17));
    /// ```
    pub fn resume(self) -> ! {
        let payload = self.inner.payload.lock().take();
        match payload {
            Some(payload) => std::panic::resume_unwind(payload),
            None => std::panic::resume_unwind(Box::new(self.to_string())),
        }
    }

    /// Whether the panic went on somewhere.
    pub(crate) fn was_resumed(&self) -> bool {
        self.inner.kind == FailureKind::Panicked && self.inner.payload.lock().is_none()
    }

    pub(crate) fn panicked(payload: Payload, place: &'static Location<'static>) -> Failure {
        let message = unwind::message(&payload).into_boxed_str();
        Failure::new(FailureKind::Panicked, message, Some(place), Some(payload))
    }

    pub(crate) fn cancelled(place: &'static Location<'static>, why: Cancelled) -> Failure {
        let why = match why {
            Cancelled::RuntimeEnded => "its runtime has ended",
            Cancelled::MainFailed => "the function under `#[boc::main]` returned an error, or panicked",
            Cancelled::HomeEnded => "the MainThread on which it was to run has ended",
            Cancelled::Asked => "its `Cancel` was asked to",
            Cancelled::AskedAlone => "`cancel` was called on its promise",
            Cancelled::BatchPanicked => "the closure of its batch panicked",
            Cancelled::ScopeStuck => "the scope that waits for it would have waited for ever",
            Cancelled::NoThreads => "its runtime's spawn handler has made no thread for it",
            Cancelled::Forked => "its runtime's threads are in the parent of this process (`fork`)",
        };
        let message = format!("cancelled before it ran: {why}").into_boxed_str();
        Failure::new(FailureKind::Cancelled, message, Some(place), None)
    }

    /// The runtime of a timer ends.
    pub(crate) fn timer_cancelled(place: &'static Location<'static>) -> Failure {
        let message = format!(
            "the timer made at {place} was cancelled: its runtime has ended, or `wait` has ended its threads"
        );
        Failure::new(FailureKind::Cancelled, message.into_boxed_str(), None, None)
    }

    /// Called where the resolver is dropped.
    pub(crate) fn abandoned(place: &'static Location<'static>) -> Failure {
        let message = if std::thread::panicking() {
            "the promise's resolver was dropped without a value, by a panic"
        } else {
            "the promise's resolver was dropped without a value"
        };
        Failure::new(FailureKind::Abandoned, message.into(), Some(place), None)
    }

    /// Of a `first` of no promises.
    pub(crate) fn none_to_come(place: &'static Location<'static>) -> Failure {
        let message = "`first` of no promises has no first";
        Failure::new(FailureKind::Abandoned, message.into(), Some(place), None)
    }

    pub(crate) fn taken() -> Failure {
        let message = "the promise's value was taken by an earlier join";
        Failure::new(FailureKind::Taken, message.into(), None, None)
    }

    fn new(
        kind: FailureKind,
        message: Box<str>,
        location: Option<&'static Location<'static>>,
        payload: Option<Payload>,
    ) -> Failure {
        Failure { inner: Arc::new(Inner { kind, message, location, payload: Mutex::new(payload) }) }
    }
}

impl std::panic::UnwindSafe for Failure {}
impl std::panic::RefUnwindSafe for Failure {}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(payload) = self.payload.get_mut().take() {
            // Not here: a payload may hold the failure that was before, and that one's, and so on.
            later::discard(payload);
        }
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure")
            .field("kind", &self.kind())
            .field("message", &self.message())
            .field("location", &self.location().map(ToString::to_string))
            .finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind(), self.location()) {
            (FailureKind::Panicked, Some(place)) => {
                write!(f, "the behavior scheduled at {place} panicked: {}", self.message())
            }
            (FailureKind::Abandoned, Some(place)) => write!(f, "{}; it was made at {place}", self.message()),
            (_, Some(place)) => write!(f, "the behavior scheduled at {place} was {}", self.message()),
            (_, None) => f.write_str(self.message()),
        }
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    const fn send_sync_error<T: Send + Sync + std::error::Error + Clone>() {}
    const _: () = send_sync_error::<Failure>();

    #[test]
    fn resume_gives_the_payload_once_and_the_text_after() {
        let failure = Failure::panicked(Box::new(17_u64), Location::caller());
        let first = unwind::catch(|| failure.clone().resume()).expect_err("resumes");
        assert_eq!(first.downcast_ref::<u64>(), Some(&17));
        let second = unwind::catch(|| failure.clone().resume()).expect_err("resumes");
        assert!(second.downcast_ref::<String>().is_some_and(|text| text.contains("panicked")));
    }
}
