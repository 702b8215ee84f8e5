//! Owns: the bars that say how many times longer a peer takes than boc.

use std::iter;

use plotters::style::Color;

use super::canvas::{DrawError, FAINT, GRID, Scale, Side, TEXT, bar, line, number, shade, svg, write};
use crate::results::Results;

const WIDTH: i32 = 860;
const LEFT: i32 = 200;
const TOP: i32 = 78;
const BAR: i32 = 13;
const GAP: i32 = 9;

/// The bars of a program, or of a mean: one for each number of workers.
struct Group {
    label: String,
    ratios: Vec<Option<f64>>,
}

/// The chart against this peer.
pub(crate) fn ratios(results: &Results, peer: &str) -> Result<String, DrawError> {
    let workers = results.workers();
    let groups = groups(results, peer);
    let group_height = BAR * workers.len() as i32 + GAP;
    let bottom = TOP + group_height * groups.len() as i32;
    let values = groups.iter().flat_map(|group| &group.ratios).flatten().copied();
    let scale = Scale::around(values.chain(iter::once(1.0)), (LEFT + 34, WIDTH - 60));

    svg((WIDTH, bottom + 52), |canvas| {
        write(canvas, &format!("boc against {peer}"), (16, 22), Side::Left, 19, TEXT)?;
        let machine = &results.machine;
        let date = results.date.split('T').next().unwrap_or_default();
        let conditions = format!("{}, {} cores, {date}", machine.processor, machine.cores);
        write(canvas, &conditions, (16, 46), Side::Left, 13, FAINT)?;
        for (i, n) in workers.iter().enumerate() {
            let x = WIDTH - 100 * (workers.len() - i) as i32;
            bar(canvas, [(x, 16), (x + 12, 28)], shade(i, workers.len()).filled())?;
            let plural = if *n == 1 { "" } else { "s" };
            write(canvas, &format!("{n} worker{plural}"), (x + 18, 22), Side::Left, 13, TEXT)?;
        }

        for tick in scale.ticks() {
            let x = scale.at(tick);
            line(canvas, (x, TOP - 6), (x, bottom), GRID)?;
            write(canvas, &format!("{}×", number(tick)), (x, bottom + 12), Side::Center, 12, FAINT)?;
        }
        let axis = format!("how many times longer {peer} takes; to the right of the line, boc is faster");
        write(canvas, &axis, ((LEFT + WIDTH - 60) / 2, bottom + 36), Side::Center, 13, FAINT)?;

        for (group, y) in groups.iter().zip((TOP..).step_by(group_height as usize)) {
            let middle = y + BAR * workers.len() as i32 / 2;
            write(canvas, &group.label, (LEFT - 14, middle), Side::Right, 13, TEXT)?;
            for (i, ratio) in group.ratios.iter().enumerate() {
                let Some(ratio) = *ratio else { continue };
                let (top, from, to) = (y + BAR * i as i32, scale.at(1.0), scale.at(ratio));
                let corners = [(from.min(to), top + 1), (from.max(to), top + BAR - 1)];
                bar(canvas, corners, shade(i, workers.len()).filled())?;
                let (x, side) = if ratio < 1.0 { (to - 5, Side::Right) } else { (to + 5, Side::Left) };
                write(canvas, &format!("{ratio:.2}"), (x, top + BAR / 2), side, 12, TEXT)?;
            }
        }
        line(canvas, (scale.at(1.0), TOP - 6), (scale.at(1.0), bottom), TEXT)
    })
}

/// The overhead-bound programs and their mean, then the work-bound ones.
fn groups(results: &Results, peer: &str) -> Vec<Group> {
    let workers = results.workers();
    let mut groups = Vec::new();
    for overhead_bound in [true, false] {
        let mut programs = 0;
        for rows in results.programs() {
            let ratio = |n: &usize| rows.iter().find(|row| row.workers == *n)?.ratio(peer);
            let ratios: Vec<_> = workers.iter().map(ratio).collect();
            if rows[0].overhead_bound != overhead_bound || ratios.iter().all(Option::is_none) {
                continue;
            }
            programs += 1;
            let marked = rows[0].peer(peer).is_some_and(|sample| sample.note.is_some());
            groups.push(Group {
                label: format!("{}{}", rows[0].title, if marked { " *" } else { "" }),
                ratios,
            });
        }
        if programs > 1 {
            let kind = if overhead_bound { "overhead" } else { "work" };
            let mean = |&n: &usize| Some(results.mean(peer, n, overhead_bound)?.ratio);
            groups.push(Group {
                label: format!("Mean of {programs} {kind}-bound"),
                ratios: workers.iter().map(mean).collect(),
            });
        }
    }
    groups
}
