//! Owns: the time of a simulation, and its timers: README.md, part 5.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::failure::Failure;
use crate::later;
use crate::promise::{Promise, Resolver};
use crate::sched::Core;
use crate::sync::{Instant, deadline};

use super::here::{here, is_absent};
use super::run::Sim;

/// What names a timer: when it is due, and its number.
type Key = (Instant, usize);

/// Time, and what comes with it. Instants here lie on the simulation's axis: they begin with a real one, and
/// go on in virtual time.
#[derive(Debug)]
pub(super) struct Clock {
    start: Instant,
    now: Instant,
    timers: BTreeMap<Key, Resolver<()>>,
    /// Those whose time does not come.
    never: Vec<Resolver<()>>,
    made: usize,
}

impl Clock {
    pub(super) fn new() -> Clock {
        let start = Instant::now();
        Clock { start, now: start, timers: BTreeMap::new(), never: Vec::new(), made: 0 }
    }

    pub(super) fn now(&self) -> Instant {
        self.now
    }

    /// How much time has passed since the start.
    pub(super) fn time(&self) -> Duration {
        self.now - self.start
    }

    fn add(&mut self, delay: Duration, resolver: Resolver<()>) {
        self.made += 1;
        match deadline(self.now, delay) {
            Some(due) => {
                self.timers.insert((due, self.made), resolver);
            }
            None => self.never.push(resolver),
        }
    }

    /// The timers whose time has come, in the order in which they were made.
    fn due(&self) -> impl Iterator<Item = &Key> {
        self.timers.keys().take_while(|(due, _)| *due <= self.now)
    }

    /// The numbers of the timers whose time has come.
    pub(super) fn due_numbers(&self) -> Vec<u64> {
        self.due().map(|&(_, number)| number as u64).collect()
    }

    /// Takes one of the timers whose time has come, by its place among them.
    pub(super) fn take(&mut self, at: usize) -> Option<Resolver<()>> {
        let key = self.due().nth(at).copied()?;
        self.timers.remove(&key)
    }

    /// When the next timer is due.
    fn next(&self) -> Option<Instant> {
        self.timers.keys().next().map(|&(due, _)| due)
    }

    /// Takes the timers that nothing waits for, of those whose time has come, and those after them up to the next one that
    /// is waited for.
    fn take_unwanted(&mut self) -> Vec<Resolver<()>> {
        let mut unwanted = Vec::new();
        for (&key, resolver) in &self.timers {
            if resolver.is_unwanted() {
                unwanted.push(key);
            } else if key.0 > self.now {
                break;
            }
        }
        unwanted.iter().filter_map(|key| self.timers.remove(key)).collect()
    }

    pub(super) fn take_all(&mut self) -> Vec<Resolver<()>> {
        let mut all: Vec<_> = std::mem::take(&mut self.timers).into_values().collect();
        all.append(&mut self.never);
        all
    }
}

/// A promise that is resolved when so much virtual time is over.
#[track_caller]
pub(crate) fn after(core: &Core, delay: Duration) -> Promise<()> {
    let simulation = core.simulation().expect("called for a simulated core");
    // Not counted as something outside: no other thread has the resolver.
    let (resolver, promise) = Promise::with_resolver(None);
    let mut state = simulation.state.lock();
    if state.cancelled {
        drop(state);
        cancel(vec![resolver]);
    } else {
        state.clock.add(delay, resolver);
    }
    promise
}

/// Fails the timers of a simulation that ends.
pub(super) fn cancel(timers: Vec<Resolver<()>>) {
    // All are failed before any user code runs: a waker may wait for another timer.
    let _scope = later::Scope::new();
    for resolver in timers {
        let failure = Failure::timer_cancelled(resolver.place());
        resolver.fail(failure);
    }
}

impl Sim {
    pub(super) fn now(&self) -> Instant {
        self.state.lock().clock.now()
    }

    /// How much virtual time has passed.
    pub(crate) fn time(&self) -> Duration {
        self.state.lock().clock.time()
    }

    /// When the next timer is due that something waits for.
    pub(super) fn next_timer(&self) -> Option<Instant> {
        self.drop_unwanted_timers();
        self.state.lock().clock.next()
    }

    /// What nothing waits for is no event.
    pub(super) fn drop_unwanted_timers(&self) {
        let mut state = self.state.lock();
        let unwanted = state.clock.take_unwanted();
        if unwanted.is_empty() {
            return;
        }
        let before = state.origin.take();
        drop(state);
        unwanted.into_iter().for_each(|resolver| resolver.resolve(()));
        self.state.lock().origin = before;
    }

    /// Time jumps to the next timer, or to `limit` if that comes first. `false`: it stands there already,
    /// or there is no timer.
    pub(super) fn pass_time(&self, limit: Option<Instant>) -> bool {
        match self.next_timer() {
            Some(next) => self.jump(limit.map_or(next, |limit| limit.min(next))),
            None => false,
        }
    }

    /// Time jumps there. `false`: it has been there.
    pub(super) fn jump(&self, to: Instant) -> bool {
        let mut state = self.state.lock();
        let later = to > state.clock.now;
        if later {
            state.clock.now = to;
        }
        later
    }
}

/// The time on this thread: virtual if it has a simulated runtime.
#[inline]
pub(crate) fn now() -> Instant {
    if is_absent() { Instant::now() } else { now_beside() }
}

#[cold]
fn now_beside() -> Instant {
    here().map_or_else(Instant::now, |core: Arc<Core>| core.simulation().map_or_else(Instant::now, Sim::now))
}

/// When a time is over that begins now, on this thread; `None`: never.
pub(crate) fn deadline_after(time: Duration) -> Option<Instant> {
    deadline(now(), time)
}
