//! How fast one worker can give work to the others: producers that schedule behaviors on fresh cowns, the twin of bocpy's
//! `fanout_benchmark.py`.
//!
//! `cargo run --release -p boc-chain-ring --bin fanout -- --help`

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{io, thread};

use boc::prelude::*;
use boc_chain_ring::matrix::{Matrix, Size};
use boc_chain_ring::measured::{Beginning, Measured};
use boc_chain_ring::report::{Document, Point, print_table};
use clap::{CommandFactory, Parser, error::ErrorKind};
use serde::Serialize;

/// Producers make cowns and schedule one behavior on each: how many of these a second run, and where.
///
/// A producer holds none of the cowns that it makes, so all its behaviors are ready at once, in its worker's queue: others
/// only get them by stealing.
#[derive(Clone, Debug, Parser, Serialize)]
#[command(name = "fanout")]
struct Options {
    /// Worker threads: as many points as numbers, as in 1,2,4
    #[arg(long, value_delimiter = ',', default_values_t = [cpus()])]
    #[serde(skip)]
    workers: Vec<usize>,
    /// Producers; by default one for every four workers
    #[arg(long)]
    producers: Option<usize>,
    /// Behaviors that a producer schedules in one step; by default four for every worker
    #[arg(long)]
    width: Option<usize>,
    /// Steps of each producer
    #[arg(long, default_value_t = 20_000)]
    steps: usize,
    /// Products in each behavior
    #[arg(long, default_value_t = 1)]
    iters: usize,
    /// Size of the matrices
    #[arg(long, default_value = "16x16")]
    payload: Size,
    /// Runs of each point
    #[arg(long, default_value_t = 1)]
    repeats: usize,
    /// Writes what was measured to this file
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    json: Option<PathBuf>,
}

/// A point.
#[derive(Clone, Debug, Serialize)]
struct Config {
    workers: usize,
    producers: usize,
    width: usize,
    steps: usize,
    iters: usize,
    payload: Size,
}

impl Config {
    fn new(workers: usize, options: &Options) -> Result<Config, &'static str> {
        let Options { steps, iters, payload, .. } = *options;
        let producers = options.producers.unwrap_or((workers / 4).max(1));
        let width = options.width.unwrap_or(4 * workers);
        if [workers, producers, width, steps, iters, options.repeats].contains(&0) {
            return Err(
                "--workers, --producers, --width, --steps, --iters and --repeats have to be 1 at least",
            );
        }
        Ok(Config { workers, producers, width, steps, iters, payload })
    }
}

/// One step of a producer, and the next.
fn produce(mut left: Acquired<'_, usize>, config: Config) {
    let Config { width, iters, payload, .. } = config;
    for seed in 0..width {
        let consumer = Cown::new(Matrix::new(payload, seed));
        when!(consumer => {
            for _ in 0..iters {
                *consumer = consumer.times(&consumer);
            }
            assert!(consumer.is_sound(), "not a product of what was there");
        });
    }
    *left -= 1;
    if *left > 0 {
        when!(left => produce(left, config));
    }
}

fn run(config: &Config) -> io::Result<Measured> {
    let runtime = Runtime::builder().workers(config.workers).build()?;
    let producers: Vec<_> = (0..config.producers).map(|_| Cown::new(config.steps)).collect();
    let beginning = Beginning::of(&runtime);
    runtime.enter(|| {
        for producer in &producers {
            when!(producer, clone config => produce(producer, config));
        }
    });
    runtime.quiesce();
    let measured = beginning.end(&runtime, 0);
    let expected = config.producers * config.steps * (config.width + 1);
    assert_eq!(measured.behaviors, expected as u64, "behaviors that ran, and those that were scheduled");
    runtime.shutdown();
    Ok(measured)
}

fn main() -> ExitCode {
    let options = Options::parse();
    let configs: Result<Vec<_>, _> =
        options.workers.iter().map(|workers| Config::new(*workers, &options)).collect();
    let configs =
        configs.unwrap_or_else(|wrong| Options::command().error(ErrorKind::ValueValidation, wrong).exit());
    match measure(&configs, &options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fanout: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure(configs: &[Config], options: &Options) -> Result<(), String> {
    let bar = boc_chain_ring::report::progress((configs.len() * options.repeats) as u64);
    let mut runs = vec![Vec::new(); configs.len()];
    for _ in 0..options.repeats {
        for (config, runs) in configs.iter().zip(&mut runs) {
            bar.set_message(format!("workers {}", config.workers));
            runs.push(run(config).map_err(failed("start the workers"))?);
            bar.inc(1);
        }
    }
    bar.finish_and_clear();
    let points: Vec<_> =
        configs.iter().cloned().zip(runs).map(|(config, runs)| Point::new(config, runs)).collect();
    print_table("workers", &points, |config| config.workers.to_string(), |config| Some(config.workers));
    if let Some(path) = &options.json {
        Document::new("fanout", points).write(path).map_err(failed(&format!("write {}", path.display())))?;
    }
    Ok(())
}

fn failed<E: Display>(what: &str) -> impl Fn(E) -> String {
    move |error| format!("cannot {what}: {error}")
}

fn cpus() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

/// Small; a run checks itself.
#[test]
fn a_run_counts_what_it_ran() {
    let options = Options::parse_from(["fanout", "--steps=20", "--producers=2", "--payload=4"]);
    for workers in [1, 3] {
        let measured =
            run(&Config::new(workers, &options).expect("a possible configuration")).expect("worker threads");
        assert_eq!(measured.workers.len(), workers);
    }
}
