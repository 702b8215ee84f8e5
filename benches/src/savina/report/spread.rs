//! Owns: the dots that show every repetition.

use plotters::prelude::*;

use super::canvas::{
    Canvas, DrawError, FAINT, GRID, Scale, Side, TEXT, bar, color, line, number, svg, write,
};
use crate::results::{Results, Row, Sample};

const WIDTH: i32 = 900;
const LEFT: i32 = 120;
const LANE: i32 = 15;
const AROUND: i32 = 62; // title above, axis below

/// A panel for each program, a lane in it for each runtime and number of workers.
pub(super) fn spread(results: &Results) -> Result<String, DrawError> {
    let programs = results.programs();
    let height =
        |rows: &[&Row]| AROUND + LANE * rows.iter().map(|row| row.samples().count()).sum::<usize>() as i32;
    svg((WIDTH, programs.iter().map(|rows| height(rows)).sum()), |canvas| {
        let mut top = 0;
        for rows in &programs {
            panel(canvas, top, rows)?;
            top += height(rows);
        }
        Ok(())
    })
}

fn panel(canvas: &Canvas<'_>, top: i32, rows: &[&Row]) -> Result<(), DrawError> {
    write(canvas, &rows[0].title, (16, top + 16), Side::Left, 14, TEXT)?;
    // By runtime first: how the times change with the workers is then seen at a glance.
    let mut lanes: Vec<(&Sample, usize)> = Vec::new();
    for row in rows {
        for sample in row.samples() {
            let same = lanes.iter().rposition(|(lane, _)| lane.runtime == sample.runtime);
            lanes.insert(same.map_or(lanes.len(), |place| place + 1), (sample, row.workers));
        }
    }
    let times = lanes.iter().flat_map(|(sample, _)| &sample.times_ms).copied();
    let scale = Scale::around(times, (LEFT, WIDTH - 30));
    let (first, bottom) = (top + 30, top + 32 + LANE * lanes.len() as i32);
    for tick in scale.ticks() {
        line(canvas, (scale.at(tick), first), (scale.at(tick), bottom), GRID)?;
        write(
            canvas,
            &format!("{} ms", number(tick)),
            (scale.at(tick), bottom + 11),
            Side::Center,
            11,
            FAINT,
        )?;
    }
    for (i, (sample, workers)) in lanes.into_iter().enumerate() {
        lane(canvas, first + LANE * i as i32 + LANE / 2, sample, workers, scale)?;
    }
    Ok(())
}

fn lane(canvas: &Canvas<'_>, y: i32, sample: &Sample, workers: usize, scale: Scale) -> Result<(), DrawError> {
    let color = color(&sample.runtime);
    let label = format!("{}, {workers}", sample.runtime);
    write(canvas, &label, (LEFT - 10, y), Side::Right, 12, TEXT)?;
    let [lower, upper] = sample.quartiles_ms;
    bar(canvas, [(scale.at(lower), y - 5), (scale.at(upper), y + 5)], color.mix(0.25).filled())?;
    for &time in &sample.times_ms {
        canvas.draw(&Circle::new((scale.at(time), y), 2, color.mix(0.5).filled()))?;
    }
    let median = scale.at(sample.median_ms);
    line(canvas, (median, y - 6), (median, y + 6), color.stroke_width(2))
}
