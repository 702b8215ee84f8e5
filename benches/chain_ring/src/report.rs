//! Owns: how runs are reported: the document that is written as JSON, and the tables.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, fs, io, thread};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::measured::Measured;
use crate::summary::Summary;

/// Everything a program has measured, with what one needs to know about it.
#[derive(Debug, Serialize)]
pub struct Document<P> {
    /// Which program.
    pub benchmark: &'static str,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// When, in seconds since 1970.
    pub started_at: u64,
    /// How many threads the machine runs at once.
    pub cpus: usize,
    /// What was measured.
    pub points: Vec<P>,
}

/// The runs of one configuration.
#[derive(Debug, Serialize)]
pub struct Point<C> {
    /// The configuration.
    pub config: C,
    /// One for each repetition.
    pub runs: Vec<Measured>,
    /// Behaviors a second.
    pub throughput: Summary,
}

impl<C> Point<C> {
    /// Sums up.
    #[must_use]
    pub fn new(config: C, runs: Vec<Measured>) -> Point<C> {
        let throughput = Summary::of(&runs.iter().map(|run| run.throughput).collect::<Vec<_>>());
        Point { config, runs, throughput }
    }
}

impl<P: Serialize> Document<P> {
    /// Of this process.
    #[must_use]
    pub fn new(benchmark: &'static str, points: Vec<P>) -> Document<P> {
        Document {
            benchmark,
            arguments: env::args().skip(1).collect(),
            started_at: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            cpus: thread::available_parallelism().map_or(1, usize::from),
            points,
        }
    }

    /// Writes it as a whole: a reader sees the old file or the new one.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> io::Result<()> {
        let written = path.with_extension("part");
        fs::write(&written, serde_json::to_vec_pretty(self)?)?;
        fs::rename(written, path)
    }
}

/// On the terminal, if there is one. It moves between runs only, so that it does not disturb them.
///
/// # Panics
///
/// Never: its template is valid.
#[must_use]
pub fn progress(length: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{wide_bar} {pos}/{len} {msg}, {eta} left").expect("a valid template");
    ProgressBar::new(length).with_style(style)
}

/// A line for each point; `label` says what is special about it. Speed-up and efficiency are against the first point, by
/// `workers`, where there is such a number.
///
/// # Panics
///
/// If a point has no run.
pub fn print_table<C>(
    axis: &str,
    points: &[Point<C>],
    label: impl Fn(&C) -> String,
    workers: impl Fn(&C) -> Option<usize>,
) {
    println!(
        "{axis:>12}{:>14}{:>10}{:>14}{:>14}{:>10}{:>8}",
        "behaviors/s", "+-", "min", "max", "speed-up", "of all"
    );
    for point in points {
        let Summary { median, deviation, min, max, .. } = point.throughput;
        let spread =
            deviation.map_or("-".to_owned(), |deviation| format!("{:.2} %", 100.0 * deviation / median));
        let speedup = median / points[0].throughput.median;
        let gained = match (workers(&points[0].config), workers(&point.config)) {
            (Some(first), Some(now)) => {
                format!("{:>9.2}x{:>6.0} %", speedup, 100.0 * speedup * first as f64 / now as f64)
            }
            _ => format!("{:>10}{:>8}", "-", "-"),
        };
        println!("{:>12}{median:>14.0}{spread:>10}{min:>14.0}{max:>14.0}{gained}", label(&point.config));
    }
    for point in points {
        println!("\nworkers, {axis} {}:", label(&point.config));
        print_workers(point.runs.last().expect("a point has a run"));
    }
}

/// A line for each worker, and what the main thread did.
pub fn print_workers(run: &Measured) {
    println!("{:>12}{:>14}{:>10}{:>14}{:>14}{:>10}", "", "executed", "part", "scheduled", "stolen", "slept");
    for (number, worker) in run.workers.iter().enumerate() {
        let part = 100.0 * worker.executed as f64 / run.behaviors.max(1) as f64;
        let (executed, scheduled, stolen, slept) =
            (worker.executed, worker.scheduled, worker.stolen, worker.slept);
        println!("{number:>12}{executed:>14}{part:>8.1} %{scheduled:>14}{stolen:>14}{slept:>10}");
    }
    println!("{:>12}{:>14}   unevenness {:.3}", "pinned", run.pinned, run.unevenness());
}
