//! Owns: [`MainThread`], the token of a pinning thread.

#![expect(unsafe_code, reason = "lends a pinned value")]

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::promise::Promise;
use crate::request::{Guards, Request};
use crate::sched::Lending;
use crate::sim;

use super::cown::PinnedCown;
use super::home_thread::HomeThread;
use super::limits::{PumpLimits, PumpResult};
use super::local::{self, Local, Unclaimable};
use super::watchdog::{Watch, Watchdog};

/// Proof of being on a thread that pumps, and its queue of pinned behaviors.
///
/// Any thread can claim one, the real main thread or another; [`PinnedCown`]s made with it live on
/// that thread. Bodies that run there make some without it: [`HomeThread`]. It is neither `Send`
/// nor `Sync`: no body can capture it, so no other thread can pump, or make a pinned cown,
/// here. `#[boc::main]` claims one for `main`.
///
/// Dropping it ends the thread's part: behaviors that have not run fail with
/// [`FailureKind::Cancelled`](crate::FailureKind::Cancelled), the pinned values are dropped, and what is scheduled
/// on them afterwards fails at once.
///
/// A token that is leaked, or that lies in a value pinned to its own thread, ends with its thread:
/// then the same is done, and the values are dropped there. (On the main thread it is up to the
/// system whether anything is done at the end of the process.)
///
/// An event loop pumps when it is idle, or on its tick:
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::{MainThread, PinnedCown, PumpLimits, pinned, when};
///
/// let main = MainThread::claim().unwrap();
/// let frames = PinnedCown::new(&main, 0);
/// for _ in 0..3 {
///     when(pinned(&frames), |mut frames| *frames += 1);
/// }
/// let mut executed = 0;
/// while executed < 3 {
///     // .. handle events ..
///     executed += main.pump_with(PumpLimits::new().deadline(Duration::from_millis(8))).executed;
/// }
/// assert_eq!(main.with(&frames, |frames| *frames), Ok(3));
/// ```
///
/// ```compile_fail,E0277
/// # extern crate boc_runtime as boc;
/// # use boc::{MainThread, when};
/// let main = MainThread::claim().unwrap();
/// when((), move |()| { main.pump(); }); // a `MainThread` stays on its thread
/// ```
pub struct MainThread {
    here: Here<MainThread>,
}

/// Keeps `T` on its thread: neither `Send` nor `Sync`, as what is in it, but in the library's own
/// words.
#[repr(transparent)]
pub(super) struct Here<T, L = Rc<Local>> {
    local: L,
    _stays: PhantomData<T>,
}

impl<T, L> Here<T, L> {
    pub(super) fn get(&self) -> &L {
        &self.local
    }
}

/// Any thread but the one that claimed.
struct OtherThread;

/// No other thread does.
#[diagnostic::on_unimplemented(
    message = "a `{T}` stays on its thread",
    label = "sent to another thread, or captured by a body, which runs on one",
    note = "do what needs it before the `when!`: make pinned cowns there, and pump between behaviors, not in them",
    note = "a body that has to run on this thread requests a pinned value (`pinned canvas`) or the thread (`pinned main`), or is scheduled `in &main;`",
    note = "such a body makes pinned cowns with `Acquired::home(&canvas)`, or with what `pinned main` gives it"
)]
trait Hosts<T> {}

// SAFETY: never holds.
unsafe impl<T, L> Send for Here<T, L> where OtherThread: Hosts<T> {}
// SAFETY: never holds.
unsafe impl<T, L> Sync for Here<T, L> where OtherThread: Hosts<T> {}

/// At its end what the thread has scheduled on a simulated runtime takes effect.
struct Settles;

impl Drop for Settles {
    fn drop(&mut self) {
        sim::settle();
    }
}

impl MainThread {
    /// Claims the calling thread.
    ///
    /// # Errors
    ///
    /// If the thread has claimed one already that is still alive; inside a behavior (a worker runs
    /// no pump, and a body runs no other); and when the thread is ending, in the destructor of a
    /// thread-local. The error says which.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::MainThread;
    ///
    /// let main = MainThread::claim().unwrap();
    /// assert!(MainThread::claim().is_err());
    /// drop(main);
    /// assert!(MainThread::claim().is_ok());
    /// ```
    pub fn claim() -> Result<MainThread, ClaimError> {
        match Local::claim() {
            Ok(local) => Ok(MainThread { here: Here { local, _stays: PhantomData } }),
            Err(why) => Err(ClaimError { why }),
        }
    }

    /// A second token of the same claim, for `#[boc::main]`.
    pub(crate) fn share(&self) -> MainThread {
        MainThread { here: Here { local: Rc::clone(&self.here.local), _stays: PhantomData } }
    }

    /// The claim of this thread if there is one, or a new one.
    pub(crate) fn claim_or_share() -> Result<MainThread, ClaimError> {
        match local::of_this_thread() {
            Some(local) => Ok(MainThread { here: Here { local, _stays: PhantomData } }),
            None => MainThread::claim(),
        }
    }

    pub(super) fn local(&self) -> &Local {
        &self.here.local
    }

    /// Runs the pinned behaviors that are ready, one after the other, until none is. Never blocks.
    ///
    /// Behaviors that become ready meanwhile are run too: where one may reschedule itself for ever, use
    /// [`pump_with`](MainThread::pump_with). A panic of a body ends up in its promise, and is counted.
    ///
    /// # Panics
    ///
    /// If called inside a behavior, or inside of [`with`](MainThread::with), however the token got
    /// there.
    #[track_caller]
    pub fn pump(&self) -> PumpResult {
        self.counted().pump(&PumpLimits::new())
    }

    /// As [`pump`](MainThread::pump), within limits.
    ///
    /// # Panics
    ///
    /// As `pump`; and with the first panic of a body if the limits say so
    /// ([`resume_panics`](PumpLimits::resume_panics)), after everything else is done.
    #[track_caller]
    pub fn pump_with(&self, limits: PumpLimits) -> PumpResult {
        self.counted().pump(&limits)
    }

    /// What runs bodies, or lends values, has a count of its own: a token in a thread-local is dropped by
    /// `exit` with that still on the stack, and then the count stays.
    fn counted(&self) -> Rc<Local> {
        Rc::clone(&self.here.local)
    }

    /// Direct access to a pinned cown's value, between pumps.
    ///
    /// Behaviors that were scheduled on the cown and have not run yet do not matter: they run
    /// later. Until `f` returns no behavior runs on this thread: pumping and waiting (`join`,
    /// `quiesce`, `scope` ..) panic in `f`, whatever they are for.
    ///
    /// # Errors
    ///
    /// [`Busy`] if the value is lent already (a `with` inside a `with` of the same cown), if a behavior is running on
    /// this thread, or if the cown belongs to another thread, or to one that has ended.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use boc::{MainThread, PinnedCown};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let score = PinnedCown::new(&main, 1);
    /// main.with(&score, |score| *score += 1).unwrap();
    /// assert_eq!(main.with(&score, |score| *score), Ok(2));
    /// assert!(main.with(&score, |_| main.with(&score, |_| ()).is_err()).unwrap());
    /// ```
    pub fn with<T, R>(&self, cown: &PinnedCown<T>, f: impl FnOnce(&mut T) -> R) -> Result<R, Busy>
    where
        T: 'static,
    {
        if !cown.is_at(self.here.local.home()) {
            return Err(Busy { why: Why::Elsewhere });
        }
        let Ok(lending) = Lending::begin() else { return Err(Busy { why: Why::Body }) };
        let _counted = self.counted();
        // What bodies find in the value afterwards may name what `f` has scheduled.
        let _settles = Settles;
        // SAFETY: the token is on the thread that it has claimed, so this is the cown's home; the count
        // keeps the home from being closed but by the thread's end, which comes before `f` has returned by
        // `exit` only, and ends no value then.
        unsafe { cown.lend(&lending, f) }.map_err(|why| Busy { why })
    }

    /// Schedules a behavior that runs on this thread, when it pumps, whatever it requests. Its body need not be `Send`: it
    /// stays here, and its captures are dropped here, run or not.
    ///
    /// Uses the current runtime, as [`when`](crate::when()) does.
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::{cell::Cell, rc::Rc};
    /// use boc::{Cown, MainThread};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let seen = Rc::new(Cell::new(0)); // not `Send`
    /// let cown = Cown::new(7);
    /// let showing = Rc::clone(&seen);
    /// let shown = main.when(&cown, move |number| showing.set(*number));
    /// shown.join().unwrap();
    /// assert_eq!(seen.get(), 7);
    /// ```
    #[track_caller]
    pub fn when<Q, F, R>(&self, request: Q, body: F) -> Promise<R>
    where
        Q: Guards + Request,
        F: for<'a> FnOnce(Q::Guard<'a>) -> R,
        F: 'static, // a body runs later: `clone name` in the header, or borrow in a `boc::scope`
        R: Send,    // a result may be joined on any thread: `Arc` for `Rc`, or leave it in a cown
        R: 'static, // a result outlives its body: return a value, not a borrow of one
    {
        HomeThread::when(self, request, body)
    }

    /// Sets what wakes the host's event loop. The loop then pumps. The hook is called
    ///
    /// - on any thread, when the queue of pinned behaviors turns from empty to non-empty;
    /// - on any thread, when a value that is pinned here has lost its last handle elsewhere, and is sent
    ///   here to be dropped (the first one since the last pump);
    /// - on this thread, by a pump that a limit has ended with behaviors left, and by a wait (`join`, `quiesce`,
    ///   [`scope`](crate::scope()) ..) that has run some and leaves others;
    /// - at once, on this thread, if something of this waits when the hook is set.
    ///
    /// The hook should only wake (a `winit` `EventLoopProxy`, a `tokio` `Notify`, a pipe) and return: whoever calls it is in
    /// the middle of something. It is called under no lock; its panic is contained.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::sync::mpsc;
    /// use boc::{MainThread, PinnedCown, pinned, when};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let (wake, woken) = mpsc::channel();
    /// main.set_wake_hook(move || wake.send(()).unwrap());
    ///
    /// let events = PinnedCown::new(&main, 0);
    /// std::thread::spawn({
    ///     let events = events.clone();
    ///     move || when(pinned(&events), |mut events| *events += 1)
    /// });
    /// woken.recv().unwrap(); // the host's loop sleeps here
    /// assert_eq!(main.pump().executed, 1);
    /// ```
    pub fn set_wake_hook(&self, hook: impl Fn() + Send + Sync + 'static) {
        self.here.local.home().set_wake_hook(Arc::new(hook));
    }

    /// Sets, replaces or (with `None`) ends the [`Watchdog`] that tells when pinned behaviors wait and nobody pumps.
    ///
    /// # Panics
    ///
    /// If the system gives no thread for it.
    pub fn set_watchdog(&self, watchdog: Option<Watchdog>) {
        Watch::set(self.here.local.home(), watchdog);
    }

    /// How long a wait on this thread (`join`, `quiesce` and so on) sleeps at most before it looks again; 50 ms unless set.
    ///
    /// Waits are woken by what arrives; this only bounds a sleep, for hosts that have work of their
    /// own to look after. With [`Duration::MAX`] there is no bound. With [`Duration::ZERO`] a wait
    /// never sleeps: it looks again and again, and uses a processor meanwhile.
    pub fn set_poll_interval(&self, interval: Duration) {
        self.here.local.set_poll(interval);
    }
}

/// The token is proof of being at home: `PinnedCown::new(&main, value)`.
impl Deref for MainThread {
    type Target = HomeThread;

    fn deref(&self) -> &HomeThread {
        HomeThread::of(&self.here.local)
    }
}

impl fmt::Debug for MainThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MainThread").field("home", &self.here.local.home()).finish_non_exhaustive()
    }
}

/// The calling thread cannot be claimed: see [`MainThread::claim`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimError {
    why: Unclaimable,
}

impl fmt::Display for ClaimError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Unclaimable::Claimed => {
                "this thread has claimed a MainThread already; pass that one on, or drop it first"
            }
            Unclaimable::InBody => {
                "a MainThread cannot be claimed inside a behavior, where no other behavior may run; claim it \
                 on a thread of your own (`#[boc::main]` does for `main`), and request what is pinned there"
            }
            Unclaimable::ThreadEnds => {
                "a MainThread cannot be claimed on a thread that ends: its thread-locals are gone; claim it \
                 before"
            }
        })
    }
}

impl std::error::Error for ClaimError {}

/// A pinned value cannot be lent at the moment: see [`MainThread::with`]. Its text says why.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{MainThread, PinnedCown};
///
/// let main = MainThread::claim().unwrap();
/// let canvas = PinnedCown::new(&main, String::new());
/// let inner = main.with(&canvas, |_| main.with(&canvas, |text| text.len())).unwrap();
/// assert_eq!(inner.unwrap_err().to_string(), "the pinned value is lent already, further out");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy {
    why: Why,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    Lent,
    Ended,
    Body,
    Elsewhere,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.why {
            Why::Lent => "the pinned value is lent already, further out",
            Why::Ended => "the pinned value is gone: its thread ends",
            Why::Body => "a behavior is running on this thread: request the pinned cown instead",
            Why::Elsewhere => "the pinned cown belongs to another thread",
        })
    }
}

impl std::error::Error for Busy {}
