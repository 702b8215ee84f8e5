//! Runs the Savina-BoC suite, on boc and on its peers, in turns; prints and records the figures.
//!
//! `cargo run --release -p boc-benches --bin savina -- --peer --json savina.json`

mod machine;
mod measure;
mod options;
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

    let results = match &options.from {
        Some(path) => read(path)?,
        None => measure::measure(options)?,
    };
    print!("{}", table::table(&results));

    if let Some(mut json) = json {
        serde_json::to_writer_pretty(&mut json, &results)?;
        writeln!(json)?;
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
