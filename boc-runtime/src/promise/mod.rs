#![doc = include_str!("README.md")]
#![expect(unsafe_code, reason = "a counted handle of a behavior's block")]

mod future;
mod join;
#[cfg(all(test, loom))]
mod loom;
mod resolver;
mod ticket;

use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ptr::NonNull;
use std::sync::Arc;

use crate::later;
use crate::memory::{self, Header, HeaderRef, Invariant, identity};
use crate::queue::Status;
use crate::sim;
use crate::unwind;

pub use future::PromiseFuture;
pub use resolver::Resolver;
pub(crate) use ticket::Ticket;

/// The start of a block that holds a promise.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Promised {
    pub(crate) header: Header,
    /// The slot with which the producer leads the queue.
    pub(crate) producer: Status,
}

impl Promised {
    pub(crate) fn new(header: Header) -> Promised {
        Promised { header, producer: Status::ready() }
    }
}

/// The result of a behavior, to come.
///
/// A promise is a cown that its behavior holds from the start: it can be requested by later
/// behaviors, which run when the result is there, and this is how work is chained. Several
/// behaviors may request it, shared or exclusively. Outside of behaviors it is waited for with
/// [`join`](Promise::join). Handles compare, hash and order by identity.
///
/// Dropping a promise does not cancel anything: the behavior runs all the same, and its result is dropped.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, read, when};
///
/// let words = Cown::new(vec!["behavior", "cown"]);
/// let longest = when(read(&words), |words| words.iter().map(|word| word.len()).max());
/// let doubled = when(&longest, |longest| longest.map(|length| 2 * length));
/// assert_eq!(doubled.join().unwrap(), Some(16));
/// ```
///
/// A behavior that requests a failed promise does not run; its own promise fails with the same
/// [`Failure`](crate::Failure):
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, when};
///
/// let cown = Cown::new(0);
/// let failed = when(&cown, |_| -> u32 { panic!("no result") });
/// let skipped = when(&failed, |value| *value + 1);
/// assert_eq!(skipped.join().unwrap_err().message(), "no result");
/// ```
pub struct Promise<R> {
    block: NonNull<Promised>,
    /// The place in the queue that a `join_timeout` has left behind. Dropped by hand: what drops itself after a `drop` that may panic has
    /// to lie in memory for that, and a promise that nobody wants then costs twice as much to drop.
    ticket: ManuallyDrop<Option<Arc<Ticket>>>,
    /// Invariant in `R`: a request of the promise may write the result.
    _result: Invariant<R>,
}

// SAFETY: a promise is a pointer with a count, which is atomic, and a ticket, which is `Send`. It
// reaches the result in three ways, each on any thread: it is requested (exclusively: `R: Send`;
// shared: `R: Sync` too), `join` and the future move the result out (`R: Send`), and the drop of
// the last handle drops it (`R: Send`).
unsafe impl<R: Send> Send for Promise<R> {}
// SAFETY: by reference a promise can be requested, cloned and asked whether it is finished, which
// reads an atomic. The ticket is reached through `&mut` or by value only. A clone is a promise on
// another thread: so `R: Send`, and no `R: Sync`, for a request demands that by itself.
unsafe impl<R: Send> Sync for Promise<R> {}

impl<R> std::panic::UnwindSafe for Promise<R> {}
impl<R> std::panic::RefUnwindSafe for Promise<R> {}

/// One strong count of what will be a [`Promise`]: a single word. A promise is two, and a `Result` that is written to memory as two words
/// and then read as one piece makes the processor wait for the memory: up to a tenth of what a small behavior costs.
#[must_use = "it owns a count, and does not give it back"]
pub(crate) struct Due<R> {
    block: NonNull<Promised>,
    /// Invariant in `R`, as the promise.
    _result: Invariant<R>,
}

impl<R> Due<R> {
    /// # Safety
    /// `block` holds a promise of an `R`, and the caller gives one strong count away.
    #[inline]
    pub(crate) unsafe fn new(block: NonNull<Promised>) -> Due<R> {
        Due { block, _result: PhantomData }
    }

    /// The promise.
    #[inline]
    pub(crate) fn promise(self) -> Promise<R> {
        Promise { block: self.block, ticket: ManuallyDrop::new(None), _result: PhantomData }
    }
}

impl<R> Promise<R> {
    pub(crate) fn header_ref(&self) -> HeaderRef<'_> {
        // SAFETY: the promise's count keeps it alive.
        unsafe { HeaderRef::new(self.header()) }
    }

    #[inline]
    pub(crate) fn header(&self) -> NonNull<Header> {
        self.block.cast()
    }

    /// Whether the behavior has run, or failed. Does not block; may be called from any thread.
    ///
    /// On a [simulated runtime](crate::Runtime::simulated) each call runs something, so that a loop
    /// that asks ends; inside a behavior and inside of
    /// [`MainThread::with`](crate::MainThread::with) it runs nothing, and panics if it is called
    /// there for ever.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// let promise = boc::when((), |()| 1);
    /// boc::quiesce();
    /// assert!(promise.is_finished());
    /// ```
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        // A loop that asks may wait for what this thread itself has put off.
        later::catch_up();
        let mut finished = self.has_finished();
        if !finished {
            later::end_awaited(self.header());
            while !self.has_finished() && later::before_sleep() {}
            finished = self.has_finished();
        }
        if !finished {
            sim::arrive();
            finished = self.has_finished();
        }
        if !finished {
            // On the thread of a simulated runtime nothing would ever run for who only asks.
            sim::step_here(|| self.awaited());
        }
        finished
    }

    /// Skips the behavior if its body has not begun: the promise fails with
    /// [`Cancelled`](crate::FailureKind::Cancelled), the captures are dropped, and the cowns pass on in order.
    ///
    /// That happens in this call if the behavior waits for anything but behaviors of its runtime (a
    /// [`Resolver`], a pump, a timer), else when its turn comes. A body that has begun runs to its end. A
    /// promise that a resolver fills is only dropped. May be called from any thread, and in a body; to cancel many, use a
    /// [`Cancel`](crate::Cancel).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{Cown, FailureKind, Promise, when};
    ///
    /// let count = Cown::new(0);
    /// let (_slow, answer) = Promise::<i32>::new();
    /// let added = when((&count, &answer), |(mut count, answer)| *count += *answer);
    /// let seen = added.clone();
    /// added.cancel();
    /// assert_eq!(seen.join().unwrap_err().kind(), FailureKind::Cancelled);
    /// assert_eq!(when(&count, |count| *count).join().unwrap(), 0); // without the answer
    /// ```
    pub fn cancel(self) {
        let header = self.header();
        // SAFETY: this handle keeps the block alive.
        if let Some(cancel) = unsafe { header.as_ref() }.table().cancel {
            // SAFETY: as above; the table belongs to the block.
            unsafe { cancel(header) };
        }
    }

    /// As [`is_finished`](Promise::is_finished), and nothing runs on a simulated runtime either.
    fn has_finished(&self) -> bool {
        // SAFETY: this handle keeps the block alive.
        unsafe { self.block.as_ref() }.producer.is_finished()
    }
}

impl<R> Clone for Promise<R> {
    fn clone(&self) -> Promise<R> {
        // SAFETY: this handle keeps the block alive.
        unsafe { memory::retain(self.header()) };
        Promise { block: self.block, ticket: ManuallyDrop::new(None), _result: PhantomData }
    }
}

impl<R> Drop for Promise<R> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: taken once: a promise is dropped once, and the ticket is not used afterwards.
        if let Some(ticket) = unsafe { ManuallyDrop::take(&mut self.ticket) } {
            leave(ticket);
        }
        // SAFETY: every handle owns one strong count.
        unsafe { memory::release(self.header()) };
    }
}

/// A place in the queue that nobody will come back to.
#[cold]
fn leave(ticket: Arc<Ticket>) {
    unwind::contain(|| drop(ticket));
}

identity!(Promise, |this| this.block);

impl<R> fmt::Debug for Promise<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise")
            .field("result", &std::any::type_name::<R>())
            .field("finished", &self.has_finished())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    const fn send_sync<T: Send + Sync>() {}
    const _: () = send_sync::<Promise<Cell<u8>>>();
}
