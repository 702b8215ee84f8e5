//! How the scheduler scales: chains of behaviors on rings of cowns, the twin of bocpy's `benchmark.py`.
//!
//! `cargo run --release -p boc-chain-ring -- --help`

mod cli;
mod compare;
mod config;
mod rings;
mod run;
mod spinner;

use std::fmt::Display;
use std::process::ExitCode;

use boc::prelude::*;
use boc_chain_ring::report::{Document, Point, print_table, progress};
use clap::{CommandFactory, Parser, error::ErrorKind};

use cli::{Axis, Options, cpus};
use config::Config;

fn main() -> ExitCode {
    let options = Options::parse();
    let configs = configs(&options).unwrap_or_else(|wrong| usage_error(wrong));
    if options.repeats == 0 || options.compare_spinner == Some(0) {
        usage_error("--repeats and --compare-spinner have to be 1 at least");
    }
    warn(&configs, &options);
    let main = MainThread::claim().expect("the first claim of this thread");
    let done = match options.compare_spinner {
        Some(pairs) => compare::compare(&main, &configs[0], pairs, &options),
        None => measure(&main, &configs, &options),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chain_ring: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The points of a sweep, or a single one.
fn configs(options: &Options) -> Result<Vec<Config>, String> {
    let Some(axis) = options.sweep else { return Ok(vec![Config::new(options)?]) };
    let values = if options.values.is_empty() { axis.defaults() } else { options.values.clone() };
    let point = |value| {
        let mut options = options.clone();
        axis.set(&mut options, value);
        Config::new(&options).map_err(|wrong| format!("{} {value}: {wrong}", axis.name()))
    };
    values.into_iter().map(point).collect()
}

fn usage_error(wrong: impl Display) -> ! {
    Options::command().error(ErrorKind::ValueValidation, wrong).exit()
}

/// What can be measured, but may not be what was meant.
fn warn(configs: &[Config], options: &Options) {
    let most = configs.iter().map(|config| config.workers).max().unwrap_or(0);
    if most > cpus() {
        eprintln!("warning: {most} workers on a machine that runs {} threads at once", cpus());
    }
    if options.duration < 1.0 && options.compare_spinner.is_none() {
        eprintln!("warning: {} s is short; the figures will be noisy", options.duration);
    }
}

/// Runs the points in turns, and reports.
fn measure(main: &MainThread, configs: &[Config], options: &Options) -> Result<(), String> {
    let axis = options.sweep.unwrap_or(Axis::Workers);
    let bar = progress((configs.len() * options.repeats) as u64);
    let mut runs = vec![Vec::new(); configs.len()];
    let mut points = Vec::new();
    for _ in 0..options.repeats {
        for (config, runs) in configs.iter().zip(&mut runs) {
            bar.set_message(format!("{} {}", axis.name(), axis.get(config)));
            runs.push(run::run(main, config).map_err(|error| format!("cannot start the workers: {error}"))?);
            bar.inc(1);
        }
        points = configs
            .iter()
            .cloned()
            .zip(&runs)
            .map(|(config, runs)| Point::new(config, runs.clone()))
            .collect();
        // After every round: what was measured stays when somebody loses patience.
        if let Some(path) = &options.json {
            let document = Document::new("chain_ring", points);
            document.write(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
            points = document.points;
        }
    }
    bar.finish_and_clear();
    let workers = |config: &Config| (axis == Axis::Workers).then_some(config.workers);
    print_table(axis.name(), &points, |config| axis.get(config).to_string(), workers);
    Ok(())
}
