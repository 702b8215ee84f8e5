//! Owns: waiting for a promise outside of behaviors.

#![expect(unsafe_code, reason = "moves the result out of a behavior's block")]

use std::mem::{self, MaybeUninit};
use std::ptr::NonNull;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Failure;
use crate::later;
use crate::sched::{self, Awaited, MayWait, Parker, WaitFor};
use crate::sim::{self, deadline_after};
use crate::sync::{Instant, forks};

use super::Promise;
use super::ticket::{Signal, Ticket};

impl<R: Send + 'static> Promise<R> {
    /// Waits for the behavior and takes its result.
    ///
    /// Blocks the thread; on a thread that has claimed [`MainThread`](crate::MainThread) it pumps meanwhile. Behaviors
    /// that requested the promise before are waited for too; those that request it later, through another handle,
    /// fail with [`FailureKind::Taken`](crate::FailureKind::Taken). Of several joins one gets the result, and the others
    /// fail so: mostly the first.
    ///
    /// A body cannot get round the refusal with an executor's `block_on`: that is not refused, and
    /// may never end (see [`PromiseFuture`](crate::PromiseFuture)).
    ///
    /// # Errors
    ///
    /// The [`Failure`] of the behavior: it panicked, was cancelled, or requested a failed promise.
    /// That of a promise from [`Promise::new`]: its resolver was dropped
    /// ([`Abandoned`](crate::FailureKind::Abandoned)) or failed it. And
    /// [`Taken`](crate::FailureKind::Taken) if the value was taken by another `join`, or awaited.
    ///
    /// # Panics
    ///
    /// At once, if called inside a behavior: a body never waits. Request the promise instead. And
    /// inside of [`MainThread::with`](crate::MainThread::with), where no behavior may run; and
    /// inside of the closure of a [`batch`](crate::batch), for a behavior of that batch.
    #[track_caller]
    pub fn join(mut self) -> Result<R, Failure> {
        let may_wait = self.may_wait("join");
        sim::arrive();
        let parker = Parker::current();
        let ticket = self.ticket(&parker);
        if !ticket.is_granted() {
            later::end_awaited(self.header());
        }
        wait(may_wait, &parker, || self.awaited(), &ticket, None);
        // SAFETY: granted: without a deadline the wait ends in no other way.
        unsafe { self.take(&ticket) }
    }

    /// Waits for the behavior for a limited time and takes its result.
    ///
    /// # Errors
    ///
    /// The promise itself if the time is over (on a [simulated runtime](crate::Runtime::simulated): virtual time), to wait for once more or to be dropped; the inner result is that of
    /// [`join`](Promise::join). What requests the promise between two waits comes before the second one.
    ///
    /// # Panics
    ///
    /// As [`join`](Promise::join).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::time::Duration;
    /// use boc::when;
    ///
    /// let promise = when((), |()| "done");
    /// let result = promise.join_timeout(Duration::from_secs(10)).expect("in time");
    /// assert_eq!(result.unwrap(), "done");
    /// ```
    #[track_caller]
    pub fn join_timeout(mut self, timeout: Duration) -> Result<Result<R, Failure>, Promise<R>> {
        let may_wait = self.may_wait("join_timeout");
        let deadline = deadline_after(timeout);
        sim::arrive();
        let parker = Parker::current();
        let ticket = self.ticket(&parker);
        if !ticket.is_granted() {
            // SAFETY: of this promise, which this handle keeps alive.
            unsafe { ticket.may_come_back(self.header()) };
            later::end_awaited(self.header());
        }
        if wait(may_wait, &parker, || self.awaited(), &ticket, deadline) || !ticket.stop_waiting() {
            // SAFETY: granted, if need be at the last moment.
            return Ok(unsafe { self.take(&ticket) });
        }
        *self.ticket = Some(ticket);
        Err(self)
    }

    #[track_caller]
    fn may_wait(&self, what: &str) -> MayWait {
        let may_wait = sched::may_wait(what, "request the promise: `when!(promise => ..)`");
        sched::refuse_in_batch(what, WaitFor::Promise(self.header()));
        if forks() != 0 {
            self.refuse_in_a_fork();
        }
        may_wait
    }

    #[cold]
    #[track_caller]
    fn refuse_in_a_fork(&self) {
        // SAFETY: this handle keeps the block alive.
        if !unsafe { self.block.as_ref() }.producer.is_finished() {
            self.awaited().refuse_in_a_fork();
        }
    }

    /// A place in the promise's queue, waiting: what an earlier `join_timeout` has left if it is still good, or a new one.
    fn ticket(&mut self, parker: &Arc<Parker>) -> Arc<Ticket> {
        if let Some(left) = self.ticket.take() {
            if self.comes_back(&left, parker) {
                return left;
            }
        }
        // SAFETY: this handle keeps the promise alive.
        unsafe { Ticket::enter(self.header(), Signal::Unpark(Arc::clone(parker))) }
    }

    #[cold]
    #[inline(never)]
    fn comes_back(&self, left: &Ticket, parker: &Arc<Parker>) -> bool {
        // SAFETY: of this promise, which this handle keeps alive; the `join_timeout` that left it waits no more.
        unsafe { left.wait_again(self.header(), Signal::Unpark(Arc::clone(parker))) }
    }

    /// # Safety
    /// The ticket is granted; called once.
    pub(super) unsafe fn take(self, ticket: &Ticket) -> Result<R, Failure> {
        let mut result = MaybeUninit::<Result<R, Failure>>::uninit();
        // SAFETY: this handle keeps the block alive.
        let table = unsafe { self.header().as_ref() }.table();
        // SAFETY: the ticket holds the promise exclusively; `result` has room for what a promise of `R` gives.
        unsafe { (table.take)(self.header(), NonNull::from(&mut result).cast()) };
        // SAFETY: granted, and released once.
        unsafe { ticket.release() };
        // SAFETY: written by `take`.
        unsafe { result.assume_init() }
    }
}

impl<R> Promise<R> {
    /// Whose behavior it is, for the wait.
    pub(super) fn awaited<'w>(&self) -> Awaited<'w> {
        let header = self.header();
        // SAFETY: this handle keeps the block alive.
        let core = unsafe { header.as_ref() }.table().core;
        // SAFETY: as above; the table belongs to the block.
        Awaited::promise(core.map_or(std::ptr::null(), |core| unsafe { core(header) }.cast()))
    }
}

/// Waits for the grant, which unparks `parker`. `false`: the deadline came first.
#[track_caller]
fn wait<'w>(
    may_wait: MayWait,
    parker: &Parker,
    awaited: impl FnOnce() -> Awaited<'w>,
    ticket: &Ticket,
    deadline: Option<Instant>,
) -> bool {
    let waiting = Waiting(ticket);
    let granted = sched::wait_until(may_wait, parker, awaited, || ticket.is_granted(), deadline);
    mem::forget(waiting);
    granted
}

/// Dropped when the wait ends in a panic (in a simulation it may, if it would never end): nobody takes the result then.
struct Waiting<'t>(&'t Ticket);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        // SAFETY: it waited. The panic came before `take`, which would have released it.
        unsafe { self.0.leave() };
    }
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::{read, when};

    /// Waits in vain. Gives the place that it left.
    fn late<R: Send + 'static>(promise: Promise<R>) -> (Promise<R>, *const Ticket) {
        let Err(promise) = promise.join_timeout(Duration::ZERO) else { panic!("resolved too early") };
        let place = promise.ticket.as_ref().map(Arc::as_ptr).expect("left behind");
        (promise, place)
    }

    #[test]
    fn a_loop_of_waits_keeps_its_place() {
        let (resolver, promise) = Promise::<u8>::new();
        let (mut promise, first) = late(promise);
        for _ in 0..100_000 {
            let again = late(promise);
            assert_eq!(again.1, first);
            promise = again.0;
        }
        resolver.resolve(7);
        assert_eq!(promise.join().expect("resolved"), 7);
    }

    #[test]
    fn handles_that_wait_in_turns_keep_their_places() {
        let (resolver, promise) = Promise::<u8>::new();
        let mut handles: Vec<_> = (0..3).map(|_| late(promise.clone())).collect();
        for _ in 0..1_000 {
            let in_turn = |(promise, place)| {
                let again = late(promise);
                assert_eq!(again.1, place);
                again
            };
            handles = handles.into_iter().map(in_turn).collect();
        }
        // One that is dropped leaves its place to no other; those behind it are walked past.
        drop(handles.remove(1));
        for handle in handles {
            assert_eq!(late(handle.0).1, handle.1);
        }
        resolver.resolve(7);
        assert_eq!(promise.join().expect("resolved"), 7);
    }

    #[test]
    fn a_request_in_between_takes_one_new_place() {
        let (resolver, promise) = Promise::<u8>::new();
        let (promise, first) = late(promise);
        let next = when(read(&promise), |value| *value + 1);
        let (promise, second) = late(promise);
        assert_ne!(second, first, "behind the request");
        let (promise, third) = late(promise);
        assert_eq!(third, second);
        let other = late(promise.clone()).0;
        let after = when(&promise, |value| *value + 2);
        let (promise, fourth) = late(promise);
        assert_ne!(fourth, second, "a joiner and a request are behind it");
        resolver.resolve(7);
        assert_eq!(promise.join().expect("resolved"), 7);
        assert_eq!((next.join().expect("before"), after.join().expect("before")), (8, 9));
        drop(other);
    }
}
