//! Owns: [`batch`]: several behaviors that enter their cowns' queues as one.

#![expect(unsafe_code, reason = "behaviors that are made before they are entered")]

use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::behavior::{self, Pending};
use crate::promise::Promise;
use crate::request::{Guards, Request};
use crate::sched::{Core, OpenBatch};
use crate::sim;

use super::{quiesce, when};

/// Where behaviors are scheduled that enter together: what [`batch`] gives to its closure.
pub struct Batch {
    core: Arc<Core>,
    made: RefCell<Pending>,
    open: OpenBatch,
}

/// Schedules several behaviors as one.
///
/// Runs `f`, and then puts all behaviors that were scheduled through the [`Batch`] that it gets into the queues of their
/// cowns, atomically: no other behavior runs between two of them on a cown, or sees the effect of one and, anywhere, not
/// yet that of an earlier one. Among themselves they are ordered as they were scheduled.
///
/// Nothing of a batch runs before `f` has returned; if `f` panics nothing of it ever does, and its
/// promises fail with [`FailureKind::Cancelled`](crate::FailureKind::Cancelled). May be called from
/// any thread, and inside a body. The idea is Verona's `(when ..) + (when ..)`.
///
/// # Waiting in `f`
///
/// A wait in `f` for a behavior of the batch would never end. `join` and `join_timeout` of its
/// promise panic, and so do `quiesce` and `wait` if the batch has scheduled anything on that
/// runtime; waiting for other behaviors is fine. Two such waits cannot be seen, so do not write
/// them: on another thread that `f` waits for; and with an executor's `block_on`, for a promise's
/// future. Return the promises from `f`, and wait then.
///
/// # Requesting its promises
///
/// A behavior of the batch may request the promise of an earlier one. Until `batch` has returned no
/// other behavior may, on any thread: it would enter its queues before the batch does, so each of the
/// two could wait for the other. `when` refuses such a request set with a panic.
///
/// # Panics
///
/// If the global runtime is the current one and cannot be started.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, batch, when};
///
/// let (left, right) = (Cown::new(0), Cown::new(0));
/// batch(|b| {
///     b.when(&left, |mut left| *left += 1);
///     b.when(&right, |mut right| *right += 1);
/// });
/// // Behind both or behind none of them, whoever schedules it.
/// let same = when((&left, &right), |(left, right)| *left == *right);
/// assert!(same.join().unwrap());
/// ```
#[track_caller]
pub fn batch<R>(f: impl FnOnce(&Batch) -> R) -> R {
    let core = quiesce::current_held();
    when::start(&core);
    let open = OpenBatch::new(&core);
    let batch = Batch { core, made: RefCell::default(), open };
    let result = batch.open.while_open(|| f(&batch));
    batch.enter();
    result
}

impl Batch {
    /// Schedules a behavior that enters with the others: see [`when`](crate::when()).
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()); then the rest of the batch is as it was.
    #[track_caller]
    pub fn when<Q, F, R>(&self, request: Q, body: F) -> Promise<R>
    where
        Q: Guards + Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R,
        F: Send, // a body goes to a worker with what it captures: `Arc` for `Rc`, or pinned cowns, or `in &main;`
        F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
        R: Send, // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        let place = Location::caller();
        when::refuse_stray(&self.core, &request);
        let asked = self.core.simulation().map(|_| sim::look(&self.core, &request, Some(&self.open)));
        // SAFETY: a runtime outlives its behaviors; the batch holds the core until it has entered or cancelled them.
        let made = unsafe { behavior::make(&self.core, &request, body, place, None, Some(&self.open)) };
        match made {
            Ok((made, due)) => {
                if let Some(asked) = asked {
                    sim::note(&self.core, &made, Q::NAME, place, &asked);
                }
                // SAFETY: the request borrows the handles.
                unsafe { self.made.borrow_mut().add(made) };
                let promise = due.promise();
                promise.header_ref().get().queue.users().open();
                self.open.add(promise.header());
                promise
            }
            Err(refused) => when::refuse(refused),
        }
    }

    fn enter(&self) {
        let pending = self.made.take();
        match self.core.simulation() {
            Some(simulation) => {
                // They may be put off; what comes later is, too, then.
                pending.close();
                simulation.enter(pending);
            }
            None => {
                sim::settle();
                pending.enter();
            }
        }
    }
}

impl Drop for Batch {
    /// What has not entered is cancelled: the closure panicked.
    fn drop(&mut self) {
        self.made.take().cancel();
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("behaviors", &self.made.borrow().len()).finish_non_exhaustive()
    }
}
