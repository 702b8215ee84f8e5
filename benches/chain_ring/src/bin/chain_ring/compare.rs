//! Owns: what the pinned spinner costs the workers: windows with it and without it, in turns, in one runtime.

use std::ops::RangeInclusive;

use boc::prelude::*;
use boc_chain_ring::measured::{Beginning, Measured};
use boc_chain_ring::report::{Document, progress};
use boc_chain_ring::summary::Summary;
use serde::Serialize;

use crate::cli::Options;
use crate::config::Config;
use crate::rings::Rings;
use crate::run::{check, spend};
use crate::spinner::Spinner;

/// The spinner may not cost more than this part of the workers' throughput.
const ALLOWED: f64 = 0.004;

#[derive(Debug, Serialize)]
struct Comparison {
    config: Config,
    without: Summary,
    with: Summary,
    /// With the spinner, divided by without it, pair by pair.
    ratio: Summary,
    /// Pinned dispatches a second.
    dispatches: f64,
    pairs: Vec<(Measured, Measured)>,
}

/// # Errors
/// If the workers cannot be started or the file not be written.
pub(crate) fn compare(
    main: &MainThread,
    config: &Config,
    pairs: usize,
    options: &Options,
) -> Result<(), String> {
    let config = Config { pinned_spinner: config.pinned_spinner.or(Some(1000.0)), ..config.clone() };
    let rate = config.pinned_spinner.expect("set above");
    let runtime = Runtime::builder().workers(config.workers).build();
    let runtime = runtime.map_err(|error| format!("cannot start the workers: {error}"))?;
    let pairs = runtime.enter(|| {
        let spinner = Spinner::new(main, rate);
        let rings = Rings::new(&config);
        rings.start();
        spend(config.warmup, Some(&spinner));
        let window = |spinner| {
            let beginning = Beginning::of(&runtime);
            let dispatches = spend(config.duration, spinner);
            beginning.end(&runtime, dispatches)
        };
        let bar = progress(pairs as u64);
        let pair = |number: usize| {
            bar.inc(1);
            // Who comes first takes turns too: a drift of the machine's speed favors neither.
            if number.is_multiple_of(2) {
                let without = window(None);
                (without, window(Some(&spinner)))
            } else {
                let with = window(Some(&spinner));
                (window(None), with)
            }
        };
        let pairs: Vec<_> = (0..pairs).map(pair).collect();
        bar.finish_and_clear();
        check(&runtime, rings);
        pairs
    });
    runtime.shutdown();
    let comparison = Comparison::new(config, pairs);
    comparison.print();
    if let Some(path) = &options.json {
        let document = Document::new("chain_ring --compare-spinner", vec![comparison]);
        document.write(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    }
    Ok(())
}

impl Comparison {
    fn new(config: Config, pairs: Vec<(Measured, Measured)>) -> Comparison {
        let summary = |figure: fn(&(Measured, Measured)) -> f64| {
            Summary::of(&pairs.iter().map(figure).collect::<Vec<_>>())
        };
        let (dispatches, seconds) = pairs
            .iter()
            .fold((0, 0.0), |(sum, seconds), (_, with)| (sum + with.pinned, seconds + with.seconds));
        Comparison {
            config,
            without: summary(|(without, _)| without.throughput),
            with: summary(|(_, with)| with.throughput),
            ratio: summary(|(without, with)| with.throughput / without.throughput),
            dispatches: dispatches as f64 / seconds,
            pairs,
        }
    }

    fn print(&self) {
        let line = |name: &str,
                    Summary { median, lower_quartile, upper_quartile, min, max, .. }: Summary,
                    digits| {
            println!(
                "{name:>24}{median:>13.digits$}{lower_quartile:>13.digits$}{upper_quartile:>13.digits$}{min:>13.digits$}{max:>13.digits$}"
            );
        };
        let Config { workers, duration, .. } = self.config;
        println!(
            "{} pairs of {duration} s, {workers} workers; {:.0} pinned dispatches a second",
            self.pairs.len(),
            self.dispatches
        );
        println!(
            "{:>24}{:>13}{:>13}{:>13}{:>13}{:>13}",
            "behaviors/s", "median", "quartile", "quartile", "min", "max"
        );
        line("without the spinner", self.without, 0);
        line("with the spinner", self.with, 0);
        line("ratio, pair by pair", self.ratio, 4);
        let percent = |ratio: f64| format!("{:+.2} %", 100.0 * (ratio - 1.0));
        let Some((low, high)) = self.ratio.median_interval else {
            println!("too few pairs for an interval");
            return;
        };
        let verdict = match verdict(low..=high) {
            Verdict::Within => "within",
            Verdict::Open => "not decided by so many pairs, against",
            Verdict::Beyond => "NOT within",
        };
        println!(
            "the spinner changes the workers' throughput by {}, 95 % sure between {} and {}: {verdict} {:.1} %",
            percent(self.ratio.median),
            percent(low),
            percent(high),
            100.0 * ALLOWED,
        );
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Within,
    Open,
    Beyond,
}

/// A gain is no loss: only the lower bound counts.
fn verdict(interval: RangeInclusive<f64>) -> Verdict {
    let limit = 1.0 - ALLOWED;
    match (*interval.start() >= limit, *interval.end() < limit) {
        (true, _) => Verdict::Within,
        (false, true) => Verdict::Beyond,
        (false, false) => Verdict::Open,
    }
}

#[test]
fn a_verdict_needs_the_whole_interval() {
    assert_eq!(verdict(0.997..=0.999), Verdict::Within);
    assert_eq!(verdict(1.01..=1.02), Verdict::Within);
    assert_eq!(verdict(0.99..=0.999), Verdict::Open);
    assert_eq!(verdict(0.98..=0.99), Verdict::Beyond);
}
