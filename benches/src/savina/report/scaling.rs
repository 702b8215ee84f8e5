//! Owns: the curves that say what more workers bring.

use plotters::prelude::*;

use super::canvas::{Canvas, DrawError, FAINT, GRID, Side, TEXT, color, line, svg, write};
use crate::results::{Results, Row};

const COLUMNS: usize = 4;
const PANEL: (i32, i32) = (225, 190);
const LEGEND: i32 = 34;

/// A panel for each program, a curve in it for each runtime.
pub(super) fn scaling(results: &Results) -> Result<String, DrawError> {
    let programs = results.programs();
    let panel_rows = programs.len().div_ceil(COLUMNS) as i32;
    svg((PANEL.0 * COLUMNS as i32, LEGEND + PANEL.1 * panel_rows), |canvas| {
        let runtimes = ["boc".to_owned()].into_iter().chain(results.peers());
        for (x, runtime) in (20..).step_by(105).zip(runtimes) {
            line(canvas, (x, 16), (x + 22, 16), color(&runtime).stroke_width(2))?;
            write(canvas, &runtime, (x + 28, 16), Side::Left, 13, TEXT)?;
        }
        for (i, rows) in programs.iter().enumerate() {
            let corner = (PANEL.0 * (i % COLUMNS) as i32, LEGEND + PANEL.1 * (i / COLUMNS) as i32);
            panel(canvas, corner, rows)?;
        }
        Ok(())
    })
}

fn panel(canvas: &Canvas<'_>, corner: (i32, i32), rows: &[&Row]) -> Result<(), DrawError> {
    let (left, right) = (corner.0 + 38, corner.0 + PANEL.0 - 16);
    let (top, bottom) = (corner.1 + 30, corner.1 + PANEL.1 - 30);
    write(canvas, &rows[0].title, (corner.0 + 20, corner.1 + 14), Side::Left, 13, TEXT)?;

    let fewest = rows.iter().map(|row| row.workers).min().unwrap_or(1);
    let most = rows.iter().map(|row| row.workers).max().unwrap_or(1);
    let speed_ups = curves(rows);
    let highest = speed_ups.iter().flat_map(|(_, curve)| curve).map(|(_, speed_up)| *speed_up);
    let highest = highest.fold((most as f64 / fewest as f64).max(1.0), f64::max) * 1.05;
    let x =
        |workers: usize| left + (right - left) * (workers - fewest) as i32 / (most - fewest).max(1) as i32;
    let y = |speed_up: f64| bottom - (f64::from(bottom - top) * speed_up / highest) as i32;

    let step = (highest / 4.0).ceil().max(1.0) as usize;
    for speed_up in (0..=highest as usize).step_by(step) {
        let y = y(speed_up as f64);
        line(canvas, (left, y), (right, y), GRID)?;
        write(canvas, &format!("{speed_up}×"), (left - 6, y), Side::Right, 11, FAINT)?;
    }
    for row in rows {
        write(canvas, &row.workers.to_string(), (x(row.workers), bottom + 12), Side::Center, 11, FAINT)?;
    }
    // What ideal scaling would be.
    line(canvas, (x(fewest), y(1.0)), (x(most), y(most as f64 / fewest as f64)), FAINT.mix(0.5))?;
    for (runtime, curve) in speed_ups {
        let points: Vec<_> = curve.into_iter().map(|(workers, speed_up)| (x(workers), y(speed_up))).collect();
        canvas.draw(&PathElement::new(points.clone(), color(runtime).stroke_width(2)))?;
        for point in points {
            canvas.draw(&Circle::new(point, 3, color(runtime).filled()))?;
        }
    }
    Ok(())
}

/// For each runtime, boc last so that it is on top: the speed-up for each number of workers.
fn curves<'a>(rows: &[&'a Row]) -> Vec<(&'a str, Vec<(usize, f64)>)> {
    let mut curves: Vec<(&str, Vec<(usize, f64)>)> = Vec::new();
    for row in rows {
        for sample in row.samples() {
            let point = (row.workers, sample.median_ms);
            match curves.iter_mut().find(|(runtime, _)| *runtime == sample.runtime) {
                Some((_, curve)) => curve.push(point),
                None => curves.push((&sample.runtime, vec![point])),
            }
        }
    }
    for (_, curve) in &mut curves {
        curve.sort_by_key(|(workers, _)| *workers);
        let slowest = curve[0].1;
        curve.iter_mut().for_each(|(_, time)| *time = slowest / *time);
    }
    curves.reverse();
    curves
}
