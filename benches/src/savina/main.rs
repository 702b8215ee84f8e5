//! Runs the Savina-BoC suite, on boc and on its peers, in turns; prints, records and draws the figures.
//!
//! `cargo run --release -p boc-benches --bin savina -- --peer --json savina.json --report savina.html`

mod machine;
mod measure;
mod options;
mod report;
mod results;
mod table;
mod watchdog;

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use options::Options;
use results::Results;

/// Everybody's values: glibc's allocator gives each thread an arena that others have left, so Quicksort, which is all vectors,
/// took up to a fifth longer or shorter by what had run before it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("savina: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before anything is measured: a path that cannot be written to is found out now, not at the end.
    let json = options.json.as_deref().map(create).transpose()?;
    let report = options.report.as_deref().map(create).transpose()?;
    let chart = options.chart.as_deref().map(create).transpose()?;

    let results = match &options.from {
        Some(path) => read(path)?,
        None => measure::measure(options)?,
    };
    print!("{}", table::table(&results));

    if let Some(mut json) = json {
        serde_json::to_writer_pretty(&mut json, &results)?;
        writeln!(json)?;
    }
    if let Some(mut report) = report {
        report.write_all(report::html(&results)?.as_bytes())?;
    }
    if let Some(mut chart) = chart {
        let peer = results.peers().into_iter().next().ok_or("--chart: no peer was measured; add --peer")?;
        chart.write_all(report::ratios(&results, &peer)?.as_bytes())?;
    }
    Ok(())
}

fn create(path: &Path) -> Result<BufWriter<File>, String> {
    let file = File::create(path).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(BufWriter::new(file))
}

fn read(path: &Path) -> Result<Results, String> {
    let text =
        fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{} is no result of --json: {error}", path.display()))
}
