//! Owns: the pinned spinner: a behavior of a pinned cown that schedules itself again, and a loop that pumps it so many
//! times a second, as a host's event loop would.

use std::thread;
use std::time::{Duration, Instant};

use boc::prelude::*;

pub(crate) struct Spinner<'m> {
    main: &'m MainThread,
    cown: PinnedCown<State>,
    period: Duration,
}

struct State {
    dispatches: u64,
    going: bool,
}

impl<'m> Spinner<'m> {
    pub(crate) fn new(main: &'m MainThread, rate: f64) -> Spinner<'m> {
        let cown = PinnedCown::new(main, State { dispatches: 0, going: false });
        Spinner { main, cown, period: Duration::from_secs_f64(1.0 / rate) }
    }

    /// Spins for that long; gives the number of dispatches.
    pub(crate) fn spin(&self, duration: Duration) -> u64 {
        fn turn(mut state: Acquired<'_, State>) {
            state.dispatches += 1;
            if state.going {
                when!(pinned state => turn(state));
            }
        }
        let cown = &self.cown;
        let one = PumpLimits::new().max_behaviors(std::num::NonZeroUsize::MIN);
        let before = self.set_going(true);
        when!(pinned cown => turn(cown));
        let end = Instant::now() + duration;
        let mut tick = Instant::now() + self.period;
        while tick < end {
            sleep_until(tick);
            self.main.pump_with(one.clone());
            // A tick that was missed is gone: no bursts.
            let now = Instant::now();
            tick = if tick + self.period < now { now + self.period } else { tick + self.period };
        }
        sleep_until(end);
        let after = self.set_going(false);
        // The last one does not schedule itself again.
        self.main.pump();
        after - before
    }

    fn set_going(&self, going: bool) -> u64 {
        let set = self.main.with(&self.cown, |state| {
            state.going = going;
            state.dispatches
        });
        set.expect("nobody holds it between pumps")
    }
}

pub(crate) fn sleep_until(end: Instant) {
    thread::sleep(end.saturating_duration_since(Instant::now()));
}
