//! Owns: waiting for a promise in async code.

#![expect(unsafe_code, reason = "moves the result out of a behavior's block")]

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::failure::Failure;
use crate::later;
use crate::sim;

use super::Promise;
use super::ticket::{Signal, Ticket};

/// The future of a [`Promise`]'s result: what `promise.await` awaits. It works on any executor.
///
/// **Not with a blocking executor inside a behavior.** Polling there is fine: an executor may live
/// in behaviors, and poll one step at a time. But `block_on(promise.into_future())` in a body
/// blocks the worker until the promise is there, and for ever if its behavior needs a cown of that
/// body, or the only worker. A poll cannot tell the two apart, so unlike [`join`](Promise::join)
/// this is not refused. Request the promise instead: `when!(promise => ..)`. The same holds inside
/// the closure of a [`batch`](crate::batch), for its behaviors. And it holds on a thread that has
/// claimed [`MainThread`](crate::MainThread), where `join` pumps and a blocking executor does not:
/// if what is awaited is pinned there, or waits for something that is, `block_on` never returns.
/// Use `join` there, [`MainThread::block_on`](crate::MainThread::block_on), or an executor that pumps in between.
///
/// As [`join`](Promise::join), it takes the result. Dropping it before it is ready is harmless: the behavior runs all
/// the same, and other handles of the promise are still good.
///
/// **Await it, or drop it: do not keep it.** A future that was polled has a place in the promise's queue, as a `join` has. When
/// its turn comes it holds the promise until it is polled again, or dropped. Until then nothing runs that requested the promise
/// after that first poll, and waits for that (`join`, `quiesce`) do not end. So drop a future that is not polled any more, such as the
/// one that has lost a `select!` and is kept in a variable; and poll it in a task that is woken, not by hand with a waker that does
/// nothing.
///
/// Each future that was polled and is dropped before it is ready leaves a small block in the promise's queue, which is freed when
/// the promise is finished. To wait for one promise again and again, for a short time each, keep one future and poll it by
/// reference (`&mut future`), and do not make a new one from a clone each time.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, Promise, when};
/// # fn block_on<F: Future>(future: F) -> F::Output {
/// #     use std::{pin::pin, sync::Arc, task::{Context, Poll, Wake}, thread::{self, Thread}};
/// #     struct Unpark(Thread);
/// #     impl Wake for Unpark {
/// #         fn wake(self: Arc<Self>) { self.0.unpark() }
/// #     }
/// #     let waker = Arc::new(Unpark(thread::current())).into();
/// #     let mut future = pin!(future);
/// #     loop {
/// #         match future.as_mut().poll(&mut Context::from_waker(&waker)) {
/// #             Poll::Ready(output) => return output,
/// #             Poll::Pending => thread::park(),
/// #         }
/// #     }
/// # }
///
/// async fn total(bill: &Cown<Vec<u32>>) -> u32 {
///     when(bill, |bill| bill.iter().sum()).await.expect("the body does not panic")
/// }
///
/// assert_eq!(block_on(total(&Cown::new(vec![3, 4]))), 7);
/// ```
#[must_use = "futures do nothing unless polled"]
pub struct PromiseFuture<R> {
    /// Taken when the future is done. Invariant in `R`, and so is the future.
    promise: Option<Promise<R>>,
    /// The place in the promise's queue, since the first poll.
    ticket: Option<Arc<Ticket>>,
}

impl<R> Unpin for PromiseFuture<R> {}

impl<R> std::panic::UnwindSafe for PromiseFuture<R> {}
impl<R> std::panic::RefUnwindSafe for PromiseFuture<R> {}

impl<R: Send + 'static> IntoFuture for Promise<R> {
    type Output = Result<R, Failure>;
    type IntoFuture = PromiseFuture<R>;

    /// What `promise.await` awaits. Do not block on it inside a behavior: see [`PromiseFuture`].
    fn into_future(self) -> PromiseFuture<R> {
        PromiseFuture { promise: Some(self), ticket: None }
    }
}

impl<R: Send + 'static> Future for PromiseFuture<R> {
    type Output = Result<R, Failure>;

    /// # Panics
    ///
    /// If polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // The task may wait for what this thread itself has put off.
        later::catch_up();
        let signal = Signal::Wake(context.waker().clone());
        let ticket = match &self.ticket {
            Some(ticket) => {
                ticket.set_signal(signal);
                Arc::clone(ticket)
            }
            None => {
                sim::arrive();
                let promise = self.promise.as_ref().expect("polled after it was ready");
                // SAFETY: the future keeps the promise alive.
                let ticket = unsafe { Ticket::enter(promise.header(), signal) };
                Arc::clone(self.ticket.insert(ticket))
            }
        };
        if !ticket.is_granted() {
            later::end_awaited(self.promise.as_ref().expect("taken when it is ready").header());
            while !ticket.is_granted() && later::before_sleep() {}
        }
        if !ticket.is_granted() {
            // On the thread of a simulated runtime somebody has to run what is awaited.
            let promise = self.promise.as_ref().expect("taken when it is ready");
            if sim::step_here(|| promise.awaited()) {
                context.waker().wake_by_ref();
            }
            return Poll::Pending;
        }
        self.ticket = None;
        let promise = self.promise.take().expect("polled after it was ready");
        // SAFETY: granted; once, for the ticket is gone from the future.
        Poll::Ready(unsafe { promise.take(&ticket) })
    }
}

impl<R> Drop for PromiseFuture<R> {
    fn drop(&mut self) {
        let Some(ticket) = self.ticket.take() else { return };
        if ticket.stop_waiting() {
            return ticket.drop_signal();
        }
        // SAFETY: granted, for it could not stop waiting; the future had not taken the result,
        // which would have removed the ticket, so this is the only release.
        unsafe { ticket.release() };
    }
}

impl<R> fmt::Debug for PromiseFuture<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PromiseFuture").field("promise", &self.promise).finish_non_exhaustive()
    }
}
