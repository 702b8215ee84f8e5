//! Owns: [`batch`]: several behaviors that enter their cowns' queues as one.

#![expect(unsafe_code, reason = "behaviors that are made before they are entered")]

use std::cell::RefCell;
use std::fmt;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::behavior::{self, Made};
use crate::memory::{self, Header};
use crate::promise::Promise;
use crate::request::Request;
use crate::sched::{self, Core};

use super::{quiesce, when};

/// Where behaviors are scheduled that enter together: what [`batch`] gives to its closure.
pub struct Batch {
    core: Arc<Core>,
    made: RefCell<Pending>,
}

#[derive(Default)]
struct Pending {
    behaviors: Vec<Made>,
    /// A count of each requested cown: the handles that were borrowed may be gone when the batch enters.
    cowns: Vec<NonNull<Header>>,
}

/// Runs `f`, and then puts all behaviors that were scheduled through the [`Batch`] that it gets into the queues of their
/// cowns, atomically: no other behavior runs between two of them on a cown, or sees the effect of one and, anywhere, not
/// yet that of an earlier one. Among themselves they are ordered as they were scheduled.
///
/// Nothing of a batch runs before `f` has returned; if `f` panics nothing of it ever does, and its promises fail with
/// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled). So do not wait for a behavior of the batch in `f`. May be
/// called from any thread, and inside a body. The idea is Verona's `(when ..) + (when ..)`.
///
/// ```
/// use boc_runtime::{Cown, batch, when};
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
    let batch = Batch { core, made: RefCell::default() };
    let result = f(&batch);
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
        Q: Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R + Send + 'static,
        R: Send + 'static,
    {
        // SAFETY: a runtime outlives its behaviors; the batch holds the core until it has entered or cancelled them.
        let made = unsafe { behavior::make(&self.core, &request, body, Location::caller(), None) };
        match made {
            Ok((made, promise)) => {
                self.add(made);
                promise
            }
            Err(refused) => when::refuse(refused),
        }
    }

    fn add(&self, made: Made) {
        let mut all = self.made.borrow_mut();
        for slot in made.entering() {
            // SAFETY: not entered, so the block lives.
            let header = Header::of(unsafe { slot.as_ref() }.cown());
            // SAFETY: the request borrows a handle.
            unsafe { memory::retain(header) };
            all.cowns.push(header);
        }
        all.behaviors.push(made);
    }

    fn enter(&self) {
        let Pending { behaviors, cowns } = self.made.take();
        // SAFETY: the counts in `cowns` keep them alive.
        unsafe { behavior::enter_batch(&behaviors) };
        release(cowns);
    }
}

/// Gives the batch's counts back.
fn release(cowns: Vec<NonNull<Header>>) {
    for cown in cowns {
        // SAFETY: counted in `add`.
        unsafe { memory::release(cown) };
    }
}

impl Drop for Batch {
    /// What has not entered is cancelled: the closure panicked.
    fn drop(&mut self) {
        let Pending { behaviors, cowns } = self.made.take();
        for made in behaviors {
            for mut slot in made.all_slots() {
                // It stands in no queue, so there is nothing to release.
                // SAFETY: not entered, so it is ours alone.
                unsafe { slot.as_mut() }.make_repeated();
            }
            // SAFETY: ours to end, once; it has entered nothing.
            unsafe { sched::cancel_now(made.job()) };
        }
        release(cowns);
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("behaviors", &self.made.borrow().behaviors.len())
            .finish_non_exhaustive()
    }
}
