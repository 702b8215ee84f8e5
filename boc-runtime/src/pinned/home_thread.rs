//! Owns: [`HomeThread`], proof of being on a home's thread, and the ways in which a body gets one.
//! README.md, "Proof of being at home".

#![expect(
    unsafe_code,
    reason = "lends the thread's own part for the time of a body; makes guards out of slots"
)]

use std::fmt;
use std::ptr;
use std::rc::Rc;
use std::sync::Arc;

use crate::cown::Acquired;
use crate::failure::Failure;
use crate::promise::Promise;
use crate::request::{Claims, Granted, Guards, Mode, Pinned, Place, PlaceGuard, PlaceSealed, Request};

use super::block::PinnedHeader;
use super::local::{self, Local};
use super::local_body::{AtHome, Ticket};
use super::main_thread::{Here, MainThread};

/// Proof of being on the thread of pinned cowns, their *home*: what
/// [`PinnedCown::new`](super::PinnedCown::new) asks for.
///
/// A [`MainThread`] derefs to it, so `PinnedCown::new(&main, value)` is how the owner of the token
/// makes pinned cowns. A body that runs at home makes them without the token:
///
/// - the guard of a pinned cown gives the proof: [`Acquired::home`];
/// - a behavior that requests the thread itself gets one: `pinned main`, where `main` is a
///   `MainThread` or a `HomeThread`. It holds no cown by that. So a behavior that is scheduled
///   `in main` need not request anything else that is pinned.
///
/// It is neither `Send` nor `Sync`, and it is lent for the time of the body: no other thread can
/// have one, and no code can keep one. What is made with it belongs to the home as anything else:
/// it is dropped with the `MainThread`, at the latest, or when the thread ends.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use std::rc::Rc;
/// use boc::{Acquired, MainThread, PinnedCown, pinned, when};
///
/// struct Windows {
///     open: Vec<PinnedCown<Rc<str>>>,
/// }
///
/// let main = MainThread::claim().unwrap();
/// let windows = PinnedCown::new(&main, Windows { open: Vec::new() });
///
/// // In a body, and no token in sight.
/// when(pinned(&windows), |mut windows| {
///     let home = Acquired::home(&windows);
///     windows.open.push(PinnedCown::new(home, Rc::from("a window")));
/// });
/// // A body at home that requests no pinned value requests the thread.
/// let another = when(pinned(&main), |home| PinnedCown::new(home, Rc::from("another")));
/// when((pinned(&windows), &another), |(mut windows, another)| windows.open.push(another.clone()));
///
/// let count = when(pinned(&windows), |windows| windows.open.len());
/// assert_eq!(count.join().unwrap(), 2);
/// ```
///
/// It does not leave its thread, nor its body:
///
/// ```compile_fail
/// # extern crate boc_runtime as boc;
/// # use boc::{MainThread, pinned, when};
/// # let main = MainThread::claim().unwrap();
/// let home = when(pinned(&main), |home| home);
/// ```
///
/// ```compile_fail
/// # extern crate boc_runtime as boc;
/// # use boc::{MainThread, PinnedCown, pinned, when};
/// # let main = MainThread::claim().unwrap();
/// when(pinned(&main), |home| {
///     when((), move |()| PinnedCown::new(home, 1)); // on a worker
/// });
/// ```
#[repr(transparent)]
pub struct HomeThread {
    here: Here<HomeThread, Local>,
}

impl HomeThread {
    /// The proof is the thread's own part, which no other thread can have a reference of.
    pub(super) fn of(local: &Local) -> &HomeThread {
        // SAFETY: a `HomeThread` is a `Local`: both it and `Here` are transparent.
        unsafe { &*ptr::from_ref(local).cast::<HomeThread>() }
    }

    pub(super) fn local(&self) -> &Local {
        self.here.get()
    }

    /// The proof of a body that runs at home.
    ///
    /// # Safety
    /// The calling thread runs a body of the home `local`, that is still on the stack at the end of
    /// `'a`.
    unsafe fn of_body<'a>(local: &Rc<Local>) -> &'a HomeThread {
        // SAFETY: what runs a body at home has a count of the `Local` until the body has returned
        // (see `Drop for Local`), and `'a` is over before (caller).
        HomeThread::of(unsafe { &*Rc::as_ptr(local) })
    }

    /// Schedules a behavior that runs on this thread, whatever it requests: see
    /// [`MainThread::when`].
    ///
    /// # Panics
    ///
    /// As [`when`](crate::when()).
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::rc::Rc;
    /// use boc::{Cown, MainThread, pinned, when};
    ///
    /// let main = MainThread::claim().unwrap();
    /// let model = Cown::new(41);
    /// let shown = when(pinned(&main), {
    ///     let model = model.clone();
    ///     move |home| {
    ///         let label = Rc::new("shows"); // not `Send`
    ///         home.when(&model, move |mut model| {
    ///             *model += 1;
    ///             format!("{label} {model}")
    ///         })
    ///     }
    /// });
    /// assert_eq!(shown.join().unwrap().join().unwrap(), "shows 42");
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
        let (request, ticket) = self.at_home(request, body);
        crate::runtime::when(request, move |guards: Q::Guard<'_>| ticket.redeem::<F>()(guards))
    }

    /// A request set for this thread, and the ticket of a body, which stays here.
    pub(crate) fn at_home<Q, F: 'static>(&self, request: Q, body: F) -> (AtHome<Q>, Ticket) {
        let home = self.local().home();
        let ticket = Ticket::keep(home, &self.local().bodies, Box::new(body));
        (AtHome { request, home: Arc::clone(home) }, ticket)
    }
}

impl fmt::Debug for HomeThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HomeThread").field("home", self.local().home()).finish_non_exhaustive()
    }
}

impl<'a, T> Acquired<'a, T> {
    /// Of the guard of a pinned cown: proof of being on the cown's thread, to make other
    /// [`PinnedCown`](super::PinnedCown)s there. It can be used until the body ends.
    ///
    /// A function, and no method, so that `guard.home()` is the value's. [`HomeThread`] has an
    /// example.
    ///
    /// # Panics
    ///
    /// If it is the guard of a plain cown or a promise, which have no home; and on another thread,
    /// to which the body has lent the guard.
    #[track_caller]
    pub fn home(this: &Self) -> &'a HomeThread {
        let header = this.header();
        assert!(
            header.get().table().pinned,
            "`Acquired::home` was called with the guard of a plain cown or promise, which has no home; \
             request a pinned cown (`pinned NAME`), or the thread itself (`pinned main`), and use its guard"
        );
        // SAFETY: the block of a pinned cown starts with a `PinnedHeader`; it is alive for `'a`.
        let home = unsafe { header.as_ptr().cast::<PinnedHeader>().as_ref() }.home();
        let local = local::of_this_thread().filter(|local| Arc::ptr_eq(local.home(), home));
        let Some(local) = local else {
            panic!(
                "`Acquired::home` was called on a thread that is not the home of the pinned cown; call it in \
                 the body itself, not on a thread that the body lends the guard to"
            )
        };
        // SAFETY: the guard of a pinned cown is made for a body at its home, and does not outlive
        // that body: `'a`. The calling thread is that home, which runs one body at a time: so this
        // one.
        unsafe { HomeThread::of_body(&local) }
    }
}

/// The thread itself is requested: the behavior runs there, holds no cown by that, and gets the
/// proof.
macro_rules! thread_place {
    ($($thread:ty, |$this:ident| $local:expr;)*) => {$(
        impl PlaceSealed for $thread {}

        #[diagnostic::do_not_recommend]
        impl PlaceGuard<Pinned> for $thread {
            type Guard<'a> = &'a HomeThread;
            type Asked<'p> = <Pinned as Mode>::Of<'p, Self>;

            fn asked(&self) -> Self::Asked<'_> {
                <Pinned as Mode>::of(self)
            }
        }

        #[expect(private_interfaces, reason = "sealed: called by this crate only")]
        impl Place<Pinned> for $thread {
            type Plan = ();

            const SLOTS: Option<usize> = Some(0);

            fn slots(&self) -> usize {
                0
            }

            fn plan(&self, claims: &mut Claims<'_>) {
                let $this = self;
                claims.run_at($local.home());
            }

            unsafe fn guard<'a>((): (), _: &mut Granted<'a>) -> Result<&'a HomeThread, Failure> {
                let local = local::of_this_thread().expect("a pinned behavior runs at home");
                // SAFETY: the behavior runs at the home that was planned, which is the calling
                // thread's: a thread has one. Its body has returned before `'a` is over (caller).
                Ok(unsafe { HomeThread::of_body(&local) })
            }
        }
    )*};
}

thread_place! {
    HomeThread, |this| this.local();
    MainThread, |this| this.local();
}
