//! Owns: the page that `--report` writes. It stands alone: the plots are in it.

mod canvas;
mod ratios;
mod scaling;
mod spread;

use std::fmt::Write;

pub(crate) use canvas::DrawError;
pub(crate) use ratios::ratios;

use crate::results::{Results, Row};

const STYLE: &str = "body { font: 15px/1.5 system-ui, sans-serif; color: #222; max-width: 960px; margin: 2em auto; \
    padding: 0 1em } h1, h2 { font-weight: 600; line-height: 1.2 } h2 { margin-top: 2em } \
    svg { max-width: 100%; height: auto; display: block; margin: 1em 0 } dl { display: grid; \
    grid-template-columns: max-content 1fr; gap: 0 1em } dt { color: #666 } dd { margin: 0 } \
    table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 14px } \
    th, td { padding: 2px 10px; text-align: right } th:first-child, td:first-child { text-align: left } \
    thead th { border-bottom: 1px solid #999 } tbody tr.first td { border-top: 1px solid #ddd } .note { color: #666 } \
    td small { color: #666 } .table { overflow-x: auto } code { font-size: 13px }";

/// The page.
pub(crate) fn html(results: &Results) -> Result<String, DrawError> {
    let mut page = String::new();
    page.push_str("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n");
    page.push_str(
        "<meta name=\"viewport\" content=\"width=device-width\">\n<title>boc: the Savina-BoC suite</title>\n",
    );
    write!(page, "<style>{STYLE}</style>\n<h1>boc: the Savina-BoC suite</h1>\n{}", conditions(results))?;
    let peers = results.peers();
    if !peers.is_empty() {
        page.push_str(
            "<h2>Ratios</h2>\n<p>How many times longer a peer takes than boc, by the medians.</p>\n",
        );
    }
    for peer in &peers {
        page.push_str(&ratios(results, peer)?);
    }
    for note in results.notes() {
        writeln!(page, "<p class=\"note\">* {}</p>", escape(&note))?;
    }
    if results.workers().len() > 1 {
        page.push_str("<h2>Scaling</h2>\n<p>Speed against the same runtime with the fewest workers.</p>\n");
        page.push_str(&scaling::scaling(results)?);
    }
    page.push_str(
        "<h2>Distributions</h2>\n<p>Every repetition is a dot; the box spans the quartiles, the tick is the \
        median.</p>\n",
    );
    page.push_str(&spread::spread(results)?);
    write!(page, "<h2>Figures</h2>\n{}</html>\n", figures(results))?;
    Ok(page)
}

/// On what, when and how the figures were measured.
fn conditions(results: &Results) -> String {
    let machine = &results.machine;
    let repetitions = results.rows.first().map_or(0, |row| row.boc.times_ms.len());
    let lines = [
        ("machine", format!("{}, {} cores, {}", machine.processor, machine.cores, machine.system)),
        ("compiler", machine.compiler.clone()),
        ("date", results.date.clone()),
        ("command", results.command.clone()),
        ("repetitions", format!("{repetitions} after {} warm-ups, all in turns", results.warm_ups)),
    ];
    let line = |(name, value): (&str, String)| format!("<dt>{name}</dt><dd>{}</dd>\n", escape(&value));
    format!("<dl>\n{}</dl>\n", lines.map(line).concat())
}

/// Medians in ms, with the distance of the quartiles and the ratio.
fn figures(results: &Results) -> String {
    let peers = results.peers();
    let names = peers.iter().map(|peer| format!("<th>{}</th>", escape(peer))).collect::<String>();
    let mut table =
        format!("<thead><tr><th>program</th><th>workers</th><th>boc</th>{names}</tr></thead>\n<tbody>\n");
    for rows in results.programs() {
        for (i, row) in rows.into_iter().enumerate() {
            table.push_str(&figures_of(row, &peers, i == 0));
        }
    }
    format!(
        "<p>Medians in ms, the ratio to boc, and how far the quartiles are from each other.</p>\n\
         <div class=\"table\"><table>\n{table}</tbody></table></div>\n"
    )
}

fn figures_of(row: &Row, peers: &[String], first: bool) -> String {
    let mut cells = String::new();
    for sample in [Some(&row.boc)].into_iter().chain(peers.iter().map(|peer| row.peer(peer))) {
        let Some(sample) = sample else {
            cells.push_str("<td></td>");
            continue;
        };
        let ratio = row.ratio(&sample.runtime).map_or(String::new(), |ratio| format!(" {ratio:.2}×"));
        let mark = if sample.note.is_some() { "*" } else { "" };
        let [lower, upper] = sample.quartiles_ms;
        let spread = 100.0 * (upper - lower) / sample.median_ms;
        let median = sample.median_ms;
        cells.push_str(&format!("<td>{median:.2}{ratio}{mark} <small>{spread:.0} %</small></td>"));
    }
    let (class, title) = if first { (" class=\"first\"", row.title.as_str()) } else { ("", "") };
    format!("<tr{class}><td>{}</td><td>{}</td>{cells}</tr>\n", escape(title), row.workers)
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
