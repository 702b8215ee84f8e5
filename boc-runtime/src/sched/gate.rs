//! Owns: the one gate of a thread: whether it runs a body, lends a pinned value, or does neither.
//! README.md, part 5.
//!
//! A function that runs a body takes a [`Running`], one that lends a value takes a [`Lending`], one
//! that waits takes a [`MayWait`]. Each of these is made here only, after a look at what the thread
//! does. So a new way to run a body cannot go round the gate: it does not compile without the
//! evidence.

use std::marker::PhantomData;

use super::context;

/// What a thread does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    /// No body runs and no value is lent: a body may begin.
    Free,
    /// `MainThread::with` lends a pinned value, or several.
    Lends,
    /// A body runs, or the thread is a worker.
    RunsBody,
    /// A closure of `Notice::update` runs: all other publishing waits for it.
    Updates,
}

/// Why something is refused: what the thread does is not [`Activity::Free`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occupied {
    Lends,
    RunsBody,
    Updates,
}

impl Occupied {
    /// Panics, for a pump.
    #[cold]
    #[track_caller]
    pub(crate) fn refuse_pumping(self) -> ! {
        match self {
            Occupied::RunsBody => panic!(
                "pumping inside a behavior is refused: behaviors run one after the other, each to its \
                 end; schedule another behavior instead"
            ),
            Occupied::Lends => panic!(
                "pumping inside `MainThread::with` is refused: the behaviors to be run may need the \
                 value that is lent; return from `with` first"
            ),
            Occupied::Updates => panic!(
                "pumping inside the closure of `Notice::update` is refused: everything that posts waits for the \
                 closure; return the new value first"
            ),
        }
    }
}

/// Whether a body could begin on this thread now.
#[inline]
pub(crate) fn look() -> Result<(), Occupied> {
    match context::activity() {
        Activity::Free => Ok(()),
        Activity::Lends => Err(Occupied::Lends),
        Activity::RunsBody => Err(Occupied::RunsBody),
        Activity::Updates => Err(Occupied::Updates),
    }
}

/// Sets the activity back when dropped.
#[derive(Debug)]
struct Entered {
    before: Activity,
    /// Stays on its thread.
    _here: PhantomData<*const ()>,
}

impl Entered {
    #[inline]
    fn new(activity: Activity) -> Entered {
        Entered { before: context::replace_activity(activity), _here: PhantomData }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        context::replace_activity(self.before);
    }
}

/// Evidence that the owner of this value may run a body on this thread: until it is dropped no
/// other body begins here, and no value is lent. (A worker needs none: its thread counts as one
/// that runs a body from its start to its end, so on that thread no `Running` exists, and the
/// worker's loop is what runs the bodies.)
#[derive(Debug)]
#[must_use]
pub(crate) struct Running {
    _entered: Entered,
}

impl Running {
    /// # Errors
    /// If a body runs, or a value is lent.
    #[inline]
    pub(crate) fn begin() -> Result<Running, Occupied> {
        match context::occupy(Activity::RunsBody) {
            Ok(()) => Ok(Running { _entered: Entered { before: Activity::Free, _here: PhantomData } }),
            Err(_) => Err(look().expect_err("not free")),
        }
    }
}

/// Evidence that no body runs on this thread, and none begins before this is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Lending {
    _entered: Entered,
}

impl Lending {
    /// # Errors
    /// If a body runs. Loans nest.
    pub(crate) fn begin() -> Result<Lending, Occupied> {
        match look() {
            Err(occupied @ (Occupied::RunsBody | Occupied::Updates)) => Err(occupied),
            Ok(()) | Err(Occupied::Lends) => Ok(Lending { _entered: Entered::new(Activity::Lends) }),
        }
    }
}

/// Shuts the gate, whatever the thread does: destructors of a body are about to run outside of it,
/// and may neither wait nor run a body.
#[derive(Debug)]
#[must_use]
pub(crate) struct Shut {
    _entered: Entered,
}

impl Shut {
    pub(crate) fn now() -> Shut {
        Shut { _entered: Entered::new(Activity::RunsBody) }
    }
}

/// A closure of `Notice::update` runs until this is dropped: whatever the thread does, it may neither wait nor
/// run a body.
#[derive(Debug)]
#[must_use]
pub(crate) struct Updating {
    _entered: Entered,
}

impl Updating {
    pub(crate) fn begin() -> Updating {
        Updating { _entered: Entered::new(Activity::Updates) }
    }
}

/// Evidence that this thread may wait: it was free, and is whenever the function that got this goes
/// on.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub(crate) struct MayWait {
    _here: PhantomData<*const ()>,
}

/// Panics where a wait would deadlock, or would run a body that wants what is lent: in a body, and
/// inside `MainThread::with`, whether or not there is anything to wait for. `what` was called;
/// `instead` says what to write in a body.
#[track_caller]
pub(crate) fn may_wait(what: &str, instead: &str) -> MayWait {
    match look() {
        Ok(()) => MayWait { _here: PhantomData },
        Err(Occupied::RunsBody) => panic!(
            "`{what}` was called inside a behavior, where waiting would deadlock: a body holds its \
             cowns until it ends; {instead}"
        ),
        Err(Occupied::Lends) => panic!(
            "`{what}` was called inside `MainThread::with`, where waiting is refused: waiting runs the \
             behaviors of this thread, and they may need the value that is lent; return from `with` \
             first, and wait then"
        ),
        Err(Occupied::Updates) => panic!(
            "`{what}` was called inside the closure of `Notice::update`, where waiting is refused: everything that \
             posts waits for the closure; wait first, and let the closure make the new value of what it has"
        ),
    }
}

/// As [`may_wait`], for a caller that has something else to do where waiting is refused.
pub(super) fn try_may_wait() -> Option<MayWait> {
    look().is_ok().then_some(MayWait { _here: PhantomData })
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_body_begins_on_a_free_thread_only() {
        let running = Running::begin().expect("free");
        assert_eq!(Running::begin().map(drop), Err(Occupied::RunsBody));
        assert_eq!(Lending::begin().map(drop), Err(Occupied::RunsBody));
        drop(running);
        let lending = Lending::begin().expect("free");
        assert_eq!(Running::begin().map(drop), Err(Occupied::Lends));
        let inner = Lending::begin().expect("loans nest");
        drop(inner);
        assert_eq!(Running::begin().map(drop), Err(Occupied::Lends), "the outer loan is still there");
        drop(lending);
        let shut = Shut::now();
        assert_eq!(Running::begin().map(drop), Err(Occupied::RunsBody));
        drop(shut);
        assert_eq!(look(), Ok(()));
    }
}
