//! Owns: the figures as text.

use std::fmt::Write;

use crate::results::{Results, Row, Sample};

/// One line per program and number of workers, then the means, then the notes.
pub(crate) fn table(results: &Results) -> String {
    let mut text = String::new();
    for row in &results.rows {
        text.push_str(&line(row));
        text.push('\n');
    }
    for peer in results.peers() {
        for workers in results.workers() {
            for (overhead_bound, kind) in [(true, "overhead"), (false, "work")] {
                if let Some(mean) = results.mean(&peer, workers, overhead_bound) {
                    let (programs, ratio) = (mean.programs, mean.ratio);
                    let what = format!("{programs} {kind}-bound, {workers}w");
                    writeln!(text, "geometric mean of {what:<22} {peer:>10} takes {ratio:.2} times as long")
                        .expect("strings take everything");
                }
            }
        }
    }
    for note in results.notes() {
        text.push_str(&format!("* {note}\n"));
    }
    text
}

fn line(row: &Row) -> String {
    let mut line = format!("{:<22}{}w", row.title, row.workers);
    for sample in row.samples() {
        line.push_str(&format!(" |{}", cell(row, sample)));
    }
    line
}

fn cell(row: &Row, sample: &Sample) -> String {
    let Sample { runtime, median_ms, quartiles_ms: [lower, upper], note, .. } = sample;
    let spread = 100.0 * (upper - lower) / median_ms;
    let mark = if note.is_some() { "*" } else { "" };
    let mut cell = format!(" {runtime}{mark} {median_ms:.2} ms ({spread:.0} %)");
    if let Some(ratio) = row.ratio(runtime) {
        cell.push_str(&format!(" {ratio:.2}x"));
    }
    cell
}
