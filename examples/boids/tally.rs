//! How much has been done, and how fast.

use std::time::{Duration, Instant};

use indicatif::HumanCount;

/// Counts frames and behaviors since it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) frames: u64,
    pub(crate) behaviors: u64,
    since: Instant,
}

impl Tally {
    /// Begins to count.
    pub(crate) fn start() -> Self {
        Self { frames: 0, behaviors: 0, since: Instant::now() }
    }

    /// Counts a frame of so many behaviors.
    pub(crate) fn add(&mut self, behaviors: usize) {
        self.frames += 1;
        self.behaviors += behaviors as u64;
    }

    /// How long it has counted.
    pub(crate) fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    /// The rates so far.
    pub(crate) fn rates(&self) -> Rates {
        let per_second = |count: u64| (count as f64 / self.elapsed().as_secs_f64().max(1e-9)).round() as u64;
        Rates { behaviors: per_second(self.behaviors), frames: per_second(self.frames) }
    }

    /// For instance `300 boids, 60 frames, 5,040 behaviors, 1.00 s: 5,040 behaviors/s, 60 frames/s`.
    pub(crate) fn summary(&self, boids: u32) -> String {
        let Rates { behaviors, frames } = self.rates();
        format!(
            "{} boids, {} frames, {} behaviors, {:.2} s: {} behaviors/s, {} frames/s",
            HumanCount(boids.into()),
            HumanCount(self.frames),
            HumanCount(self.behaviors),
            self.elapsed().as_secs_f64(),
            HumanCount(behaviors),
            HumanCount(frames),
        )
    }
}

/// What is done in a second.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rates {
    pub(crate) behaviors: u64,
    pub(crate) frames: u64,
}

/// Rates to watch: those of the last half second, steady enough to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meter {
    current: Tally,
    shown: Option<Rates>,
}

impl Meter {
    const PERIOD: Duration = Duration::from_millis(500);

    /// Begins to measure.
    pub(crate) fn start() -> Self {
        Self { current: Tally::start(), shown: None }
    }

    /// Counts a frame of so many behaviors; the rates to show with it.
    pub(crate) fn add(&mut self, behaviors: usize) -> Rates {
        self.current.add(behaviors);
        if self.current.elapsed() >= Self::PERIOD {
            self.shown = Some(self.current.rates());
            self.current = Tally::start();
        }
        self.shown.unwrap_or_else(|| self.current.rates())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_and_behaviors_add_up() {
        let mut tally = Tally::start();
        tally.add(10);
        tally.add(20);
        assert_eq!((tally.frames, tally.behaviors), (2, 30));
    }

    #[test]
    fn a_summary_reads_well() {
        let since = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        let summary = Tally { frames: 600, behaviors: 12_345_670, since }.summary(300);
        assert!(summary.starts_with("300 boids, 600 frames, 12,345,670 behaviors, 10.0"), "{summary}");
        assert!(summary.ends_with(" frames/s"), "{summary}");
    }
}
