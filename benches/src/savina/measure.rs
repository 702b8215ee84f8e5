//! Owns: the measurement. Everybody takes turns: boc, the first peer, the second .., and again from the start.

use std::time::{Duration, SystemTime};
use std::{env, panic, thread};

use boc_savina::{Bound, Contender, Wrong};
use indicatif::{ProgressBar, ProgressStyle};

use crate::machine::Machine;
use crate::options::{Options, Race};
use crate::results::{Results, Row, Sample};
use crate::watchdog::Watchdog;

pub(crate) fn measure(options: &Options) -> Result<Results, Box<dyn std::error::Error>> {
    let races = options.races()?;
    let rounds = options.warm_ups + options.reps.get();
    let contenders: usize = races.iter().map(|race| 1 + race.peers.len()).sum();
    let progress = ProgressBar::new((contenders * options.workers.len() * rounds) as u64);
    progress.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {eta:>4}  {msg}")?);
    let stage = Stage { progress, watchdog: Watchdog::start(options.limit()), options };

    let mut rows = Vec::new();
    for race in &races {
        for &workers in &options.workers {
            rows.push(stage.row(race, workers)?);
        }
    }
    stage.progress.finish_and_clear();

    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let command = format!("savina {}", env::args().skip(1).collect::<Vec<_>>().join(" "));
    Ok(Results { machine: Machine::this(), date, command, warm_ups: options.warm_ups, rows })
}

/// Runs it on a thread of its own, made by one that no contender has used: Verona ties the thread that calls it to one core, and
/// threads that are made there inherit that; so would boc's workers, all on the same core.
fn undisturbed<R: Send>(run: impl FnOnce() -> R + Send) -> R {
    thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|payload| panic::resume_unwind(payload))
}

/// What every measurement needs.
struct Stage<'a> {
    progress: ProgressBar,
    watchdog: Watchdog,
    options: &'a Options,
}

impl Stage<'_> {
    fn row(&self, Race { entry, peers }: &Race, workers: usize) -> Result<Row, Wrong> {
        let contenders: Vec<&Contender> = std::iter::once(&entry.boc).chain(peers).collect();
        let mut times = vec![Vec::<Duration>::new(); contenders.len()];
        for round in 0..self.options.warm_ups + self.options.reps.get() {
            for (contender, times) in contenders.iter().zip(&mut times) {
                let run = format!("{} on {}, {workers} worker(s)", entry.name, contender.name());
                self.progress.set_message(run.clone());
                self.watchdog.hears_of(run);
                let time = undisturbed(|| contender.repeat(workers))?;
                if round >= self.options.warm_ups {
                    times.push(time);
                }
                self.progress.inc(1);
            }
        }
        let sample = |(contender, times): (&&Contender, &Vec<_>)| {
            Sample::new(contender.name(), contender.note(), times)
        };
        let mut samples = contenders.iter().zip(&times).map(sample);
        Ok(Row {
            program: entry.name.to_owned(),
            title: entry.title.to_owned(),
            overhead_bound: entry.bound == Bound::Overhead,
            workers,
            boc: samples.next().expect("boc is the first"),
            peers: samples.collect(),
        })
    }
}
