//! Owns: waiting at home for what is not boc's: a future, a condition.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use crate::sched::{self, Awaited, Parker};
use crate::sim;
use crate::sim::deadline_after;
use crate::sync::{AtomicBool, Ordering};

use super::main_thread::MainThread;

/// Wakes a home out of such a wait.
#[derive(Debug)]
pub(super) struct HomeWaker {
    pub(super) parker: Arc<Parker>,
    /// Set by a wake-up that the wait has not looked at. The parker's token does not do: a wait inside
    /// of the poll, or of the condition, may take it.
    woken: AtomicBool,
}

impl HomeWaker {
    /// Of the calling thread. A wait looks at once.
    pub(super) fn new() -> HomeWaker {
        HomeWaker { parker: Parker::current(), woken: AtomicBool::new(true) }
    }

    /// Begins a look at what is waited for. `true`: it was woken since the last one.
    pub(super) fn look(&self) -> bool {
        // Acquire: pairs with the Release of the wake-up: what came before it is seen.
        self.woken.swap(false, Ordering::Acquire)
    }

    /// After a look that was in vain, before the thread sleeps.
    pub(super) fn keep_awake_if_woken(&self) {
        // Relaxed: a wake-up that comes later gives the token itself.
        if self.woken.load(Ordering::Relaxed) {
            self.parker.unpark();
        }
    }
}

impl Wake for HomeWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        // Release: pairs with the Acquire in `look`. An exchange, as that one: one of the two sees what
        // the other has written.
        self.woken.swap(true, Ordering::Release);
        self.parker.unpark();
    }
}

/// What to write in a body instead.
const INSTEAD: &str = "let a task or a thread outside of the behaviors wait, and fill a promise \
                       (`Promise::new`) that another behavior requests";

impl MainThread {
    /// Waits for a future, and runs the pinned behaviors of this thread meanwhile.
    ///
    /// For what is not boc's: a channel, an async client, a dialog. (A promise has
    /// [`join`](crate::Promise::join), which pumps too.) The thread sleeps in between; the future's waker wakes
    /// it, and so does a pinned behavior that becomes ready. The future need not be `Send`: it is polled
    /// here, between behaviors.
    ///
    /// This is an executor without a reactor: a future that needs one (a socket or a timer of tokio's)
    /// needs the runtime that it belongs to, entered or in threads of its own.
    ///
    /// # Panics
    ///
    /// At once, if called inside a behavior, a pinned one included: a body never waits. And inside of
    /// [`with`](MainThread::with), where no behavior may run. A panic of the future goes on here.
    ///
    /// On the thread of a simulated runtime, if nothing can run and the future's waker is kept nowhere;
    /// or if behaviors wait, and the waker has not been used for five seconds.
    ///
    /// Inside the closure of a [`batch`](crate::batch), do not wait for what the batch has scheduled: it
    /// starts when the closure has returned, so this would never end, and unlike `join` it cannot see
    /// that.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{MainThread, PinnedCown, Promise, pinned, when};
    ///
    /// async fn answer(question: Promise<&'static str>) -> String {
    ///     format!("{} 42", question.await.unwrap())
    /// }
    ///
    /// let main = MainThread::claim().unwrap();
    /// let window = PinnedCown::new(&main, "the answer is");
    /// let question = when(pinned(&window), |window| *window); // needs this thread, too
    /// assert_eq!(main.block_on(answer(question)), "the answer is 42");
    /// ```
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let may_wait = sched::may_wait("block_on", INSTEAD);
        sim::arrive();
        let home = Arc::new(HomeWaker::new());
        let waker = Waker::from(Arc::clone(&home));
        let mut context = Context::from_waker(&waker);
        let mut future = pin!(future);
        let mut output = None;
        let poll = || {
            if home.look() {
                if let Poll::Ready(ready) = future.as_mut().poll(&mut context) {
                    output = Some(ready);
                    return true;
                }
                home.keep_awake_if_woken();
            }
            false
        };
        // Beside these two: someone has kept the waker.
        let may_be_woken = || home.woken.load(Ordering::Relaxed) || Arc::strong_count(&home) > 2;
        sched::wait_until(may_wait, &home.parker, || Awaited::foreign(&may_be_woken), poll, None);
        output.expect("without a deadline the wait ends in no other way")
    }

    /// Runs the pinned behaviors of this thread until a condition holds. `false`: the time was over
    /// first.
    ///
    /// The condition is looked at before anything runs, after each behavior, and whenever the thread is
    /// woken: by a pinned behavior that becomes ready, and by [`waker`](MainThread::waker). If it changes
    /// by something that wakes no one, it is found to hold after the
    /// [poll interval](MainThread::set_poll_interval). In between the thread sleeps.
    ///
    /// One behavior runs in any case, if one is ready, so that a loop of short waits gets on; then none
    /// starts later than `timeout` after the beginning. A timeout that the clock cannot tell, such as
    /// [`Duration::MAX`], never comes.
    ///
    /// # Panics
    ///
    /// As [`block_on`](MainThread::block_on); and with what the condition panics with.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::{sync::mpsc, thread, time::Duration};
    /// use boc::{MainThread, PinnedCown, pinned, when};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let received = PinnedCown::new(&main, 0);
    /// let (sender, receiver) = mpsc::channel();
    /// let waker = main.waker();
    /// thread::spawn(move || {
    ///     sender.send(7).unwrap();
    ///     waker.wake(); // `send` wakes no thread that pumps
    /// });
    /// let mut got = None;
    /// let limit = Duration::from_secs(60);
    /// assert!(main.pump_until(|| { got = receiver.try_recv().ok(); got.is_some() }, limit));
    /// assert_eq!(got, Some(7));
    ///
    /// // A frame of an event loop: pump for so long.
    /// when(pinned(&received), move |mut received| *received += got.unwrap());
    /// assert!(!main.pump_until(|| false, Duration::from_millis(8)));
    /// assert_eq!(main.with(&received, |received| *received), Ok(7));
    /// ```
    #[track_caller]
    pub fn pump_until(&self, mut done: impl FnMut() -> bool, timeout: Duration) -> bool {
        let may_wait = sched::may_wait("pump_until", INSTEAD);
        sim::arrive();
        let home = self.local().waker();
        let look = || {
            home.look();
            let done = done();
            if !done {
                home.keep_awake_if_woken();
            }
            done
        };
        let deadline = deadline_after(timeout);
        sched::wait_until(may_wait, &home.parker, || Awaited::foreign(&|| true), look, deadline)
    }

    /// What wakes this thread out of [`pump_until`](MainThread::pump_until), from any thread: wake it
    /// after the condition has changed.
    ///
    /// A wake-up is not lost if it comes between two looks, or before the wait. Harmless when the thread
    /// waits for something else, does not wait, or has ended. It is a [`Waker`], so what takes one can
    /// have it.
    pub fn waker(&self) -> Waker {
        Waker::from(Arc::clone(self.local().waker()))
    }
}
