//! Owns: [`explore`]: one test body, many schedules.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::failure::Failure;
use crate::pinned::MainThread;
use crate::runtime::Runtime;
use crate::sched::{self, MayWait};
use crate::unwind::{self, Payload};

use super::chooser::{Choice, Chooser};
use super::history::History;
use super::replay::Replay;
use super::shrink::{Tried, shrink};
use super::stray::Watch;
use super::systematic::{Next, Search, estimate};
use super::{core, report};

/// The simulated runtime of one run of [`explore`]; a [`Runtime`] for all that it derefs to.
///
/// It is entered: `when`, `scope`, `batch` and `quiesce` use it by themselves.
#[derive(Debug)]
pub struct Simulation {
    runtime: Runtime,
    main: OnceCell<MainThread>,
}

impl Simulation {
    /// A [`MainThread`] for pinned cowns: the run claims the thread at the first call. Unlike one that the test body claims
    /// by itself, it lasts until everything has run.
    ///
    /// ```
    /// # extern crate boc_runtime as boc;
    /// use std::rc::Rc;
    /// use boc::{PinnedCown, explore, pinned, when};
    ///
    /// explore(100, |rt| {
    ///     let canvas = PinnedCown::new(rt.main(), Rc::new(0));
    ///     when(pinned(&canvas), |mut canvas| *Rc::make_mut(&mut canvas) += 1);
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// If the thread cannot be claimed, with the text of the [`ClaimError`](crate::ClaimError).
    #[track_caller]
    pub fn main(&self) -> &MainThread {
        self.main.get_or_init(|| match MainThread::claim_or_share() {
            Ok(main) => main,
            Err(error) => panic!("{error}"),
        })
    }
}

impl Deref for Simulation {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        &self.runtime
    }
}

/// What [`explore`] has done, if it returns: no run has failed.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, explore, when};
///
/// let explored = explore(100, |_| {
///     let cown = Cown::new(0);
///     when(&cown, |mut n| *n += 1);
///     when(&cown, |mut n| *n *= 2);
///     assert_eq!(when(&cown, |n| *n).join().unwrap(), 2); // they share a cown: there is one order
/// });
/// assert_eq!((explored.schedules(), explored.is_complete()), (1, true));
/// assert_eq!(explored.to_string(), "the only schedule");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explored {
    schedules: usize,
    complete: bool,
}

impl Explored {
    /// How many runs were made, each with another order or another seed.
    pub fn schedules(&self) -> usize {
        self.schedules
    }

    /// Whether these are all orders that there are. `false` with `BOC_SEED`, which makes one run.
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.complete, self.schedules) {
            (true, 1) => f.write_str("the only schedule"),
            (false, 1) => f.write_str("1 schedule"),
            (true, schedules) => write!(f, "all {schedules} schedules"),
            (false, schedules) => write!(f, "{schedules} schedules"),
        }
    }
}

/// Runs a test body under many schedules, at most `cases`, and fails with the first one that goes wrong.
///
/// Each run has a [simulated runtime](Runtime::simulated) of its own, which is entered. After the body, what is still
/// scheduled runs. If the body seems to have at most `cases` schedules, all of them are tried, systematically; otherwise
/// the seeds from 0 on, so that a second call does the same.
///
/// ```
/// # extern crate boc_runtime as boc;
/// use boc::{Cown, explore, when};
///
/// let explored = explore(1000, |_| {
///     let sum = Cown::new(0);
///     // Nothing orders these three, so they run in each of their six orders.
///     for n in 1..=3 {
///         let sum = sum.clone();
///         when((), move |()| when(&sum, move |mut sum| *sum += n));
///     }
///     boc::quiesce();
///     assert_eq!(when(&sum, |sum| *sum).join().unwrap(), 6);
/// });
/// assert!(explored.is_complete(), "{explored}");
/// ```
///
/// # What a run does
///
/// Behaviors run one after the other, each to its end, on the calling thread; nothing runs before
/// that thread waits (`join`, `quiesce`, the end of a `scope`), pumps, polls a promise's future or
/// asks [`is_finished`](crate::Promise::is_finished); inside of [`MainThread::with`] nothing runs.
/// Because behaviors are isolated this shows everything that a program of cowns and promises can do
/// in parallel: what a body has scheduled may even take effect late, with other behaviors in
/// between. One step stays one: at its end a behavior gives back its cowns and fills its promise at
/// once, while on a worker the next holder of a cown may begin a moment before the promise is
/// finished (only a body that asks `is_finished` can tell).
/// A pump runs some other behaviors, too.
///
/// The same seed gives the same run as long as the body does nothing that differs from call to call by itself: look at
/// the clock, use threads, iterate over a `HashMap`, or compare or hash handles (cowns are ordered by address). What other
/// threads do (resolve a promise, drop a [`Hold`](crate::Hold)) is waited for when nothing else can happen. What bodies tell
/// each other behind the runtime's back (atomics, channels) orders nothing here.
///
/// # Time
///
/// Time is virtual: it stands still while anything else can happen, and then jumps to the next timer
/// ([`after`](crate::after())), or to the time limit of the wait (`join_timeout`, `quiesce_timeout`) or
/// pump that the thread is in, whichever comes first. An hour passes in no time, and
/// [`now`](crate::now()) is exact. Timers of one moment end in any order, with what they let go in
/// between; a wait whose time limit is that moment may end before them. So to find out what a late answer does, let
/// it be late: put an [`after`](crate::after()) before it.
///
/// ```should_panic
/// # extern crate boc_runtime as boc;
/// use std::time::Duration;
/// use boc::{Cown, after, explore, read, when};
///
/// explore(100, |_| {
///     let account = Cown::new(100);
///     let network = after(Duration::from_millis(30));
///     let paid = when((&network, &account), |(_, mut account)| *account -= 30);
///     let paid = paid.join_timeout(Duration::from_millis(30)).is_ok();
///     boc::quiesce();
///     let balance = when(read(&account), |account| *account).join().unwrap();
///     assert_eq!(balance, if paid { 70 } else { 100 }); // the money moves anyway
/// });
/// ```
///
/// That bodies take long is not modelled: a timer does not end while a behavior is ready that became so
/// at an earlier moment. Other threads have real time: before the time limit of a wait is over they get 50 ms of it, unless a
/// timer is pending. A loop that asks [`now`](crate::now()) until it is late asks for ever.
///
/// # Threads
///
/// A thread that the body spawns is not simulated: it may fill promises, but not schedule. Its
/// `when` would go to the global runtime; it panics, and the run fails, if it requests a cown or a
/// promise of the run.
///
/// # Panics
///
/// If a run fails: if the body panics; if a behavior panics and nobody looks at it (its promise is dropped, without having
/// been joined or requested); if something waits for what can never happen. The seed, the order of the behaviors and how to
/// repeat it are printed before: `BOC_SEED=17 cargo test name` makes that run and no other. The order is as close to
/// first come, first served as could be found within a bounded number of tries.
///
/// On a thread that has a simulated runtime already, inside a body, and inside of
/// [`MainThread::with`]. If `BOC_SEED` makes no sense.
#[track_caller]
pub fn explore(cases: usize, mut test: impl FnMut(&Simulation)) -> Explored {
    if let Some(replay) = Replay::from_environment() {
        let run = Run::of(replay.chooser(), &mut test);
        if let Some(fault) = run.fault {
            report::replayed(&replay, &fault, &run.history);
            fault.resume();
        }
        return Explored { schedules: 1, complete: false };
    }
    let mut schedules = 0;
    if let Some(explored) = all(cases, &mut schedules, &mut test) {
        return explored;
    }
    // Those that were made to see how many there are count, too.
    let seeds = cases.saturating_sub(schedules);
    for seed in 0..seeds as u64 {
        let run = Run::of(Chooser::seeded(seed), &mut test);
        schedules += 1;
        run.check(Some(seed), schedules, cases, &mut test);
    }
    Explored { schedules, complete: false }
}

/// Tries all schedules. `None`: there are more than `cases`, as it seems.
fn all(cases: usize, schedules: &mut usize, test: &mut impl FnMut(&Simulation)) -> Option<Explored> {
    let mut search = Search::default();
    let (mut new, mut since) = (true, 0);
    while *schedules < cases {
        let run = Run::of(search.chooser(), test);
        *schedules += 1;
        since += usize::from(!run.redundant);
        let (choices, races) = (run.choices.clone(), run.history.races());
        run.check(None, *schedules, cases, test);
        match search.after(&choices, races) {
            Next::Done => return Some(Explored { schedules: since, complete: true }),
            Next::Again => (new, since) = (true, 0),
            Next::Run if std::mem::take(&mut new) && estimate(&choices) > cases as f64 => return None,
            Next::Run => {}
        }
    }
    (cases > 0).then_some(Explored { schedules: *schedules, complete: false })
}

/// What went wrong.
pub(super) enum Fault {
    /// The test body, or its waiting at the end.
    Test(Payload),
    /// A behavior, and nobody looked.
    Unseen(Failure),
}

impl Fault {
    pub(super) fn message(&self) -> String {
        match self {
            Fault::Test(payload) => unwind::message(payload),
            Fault::Unseen(failure) => format!("nobody has looked at it: {failure}"),
        }
    }

    fn resume(self) -> ! {
        match self {
            Fault::Test(payload) => std::panic::resume_unwind(payload),
            Fault::Unseen(failure) => failure.resume(),
        }
    }

    /// Whether two runs fail in the same way, as far as one can see: the same message but for its numbers.
    fn is_like(&self, other: &Fault) -> bool {
        let text = |fault: &Fault| fault.message().replace(|c: char| c.is_ascii_digit(), "");
        text(self) == text(other)
    }
}

/// A run that was made.
pub(super) struct Run {
    fault: Option<Fault>,
    choices: Vec<Choice>,
    redundant: bool,
    history: History,
    /// It has waited, for long, for what does not come.
    stuck: bool,
}

impl Run {
    fn of(chooser: Chooser, test: &mut impl FnMut(&Simulation)) -> Run {
        let _: MayWait = sched::may_wait("explore", "explore from the test itself");
        let core = core(chooser, true);
        let watch = Watch::begin(Arc::as_ptr(&core).addr());
        let simulation = Simulation { runtime: Runtime::from_core(core.clone()), main: OnceCell::new() };
        let result = unwind::catch(|| {
            simulation.enter(|| test(&simulation));
            simulation.quiesce();
        });
        drop(simulation);
        let sim = core.simulation().expect("made as one");
        let (choices, redundant) = sim.choices();
        let (history, unseen, stuck) = sim.end();
        let unseen = unseen.into_iter().next();
        // What has left the run comes first: the rest may follow from it.
        let stray = watch.found().map(|message| Fault::Test(Box::new(message)));
        let fault = stray.or(result.err().map(Fault::Test)).or(unseen.map(Fault::Unseen));
        Run { fault, choices, redundant, history, stuck }
    }

    /// Reports a failure, in its simplest form, and panics with it.
    fn check(self, seed: Option<u64>, number: usize, cases: usize, test: &mut impl FnMut(&Simulation)) {
        let Some(fault) = self.fault else { return };
        let mut run = |replay: &Replay| Run::of(replay.chooser(), test);
        let same = |run: &Run| run.fault.as_ref().is_some_and(|other| fault.is_like(other));
        let seed = seed.map_or_else(|| Replay::of_choices(&self.choices), Replay::Seed);
        let quiet = report::Quiet::new();
        // A run that is stuck takes seconds: it is not made again.
        let again = if self.stuck { None } else { Some(run(&seed)) };
        let repeatable =
            again.is_some_and(|again| same(&again) && again.history.order() == self.history.order());
        // A run that cannot be repeated cannot be made simpler either.
        let simpler = if repeatable {
            let simplest = shrink(&self.choices, |replay| {
                let run = run(replay);
                Tried { fails: same(&run), choices: run.choices, stuck: run.stuck }
            });
            let run = run(&simplest);
            same(&run).then_some((simplest, run.history))
        } else {
            None
        };
        drop(quiet);
        report::failed(&report::Failed {
            fault: &fault,
            seed,
            number,
            cases,
            repeatable: repeatable || self.stuck,
            history: &self.history,
            simpler,
        });
        fault.resume();
    }
}
