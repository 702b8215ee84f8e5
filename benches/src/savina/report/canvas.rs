//! Owns: what the plots have in common: colors, text, scales, and the way to an SVG.

use std::error::Error;

use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// What can go wrong: nothing in practice, as the plots are drawn into memory.
pub(crate) type DrawError = Box<dyn Error>;

pub(super) type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;

pub(super) const TEXT: RGBColor = RGBColor(34, 34, 34);
pub(super) const FAINT: RGBColor = RGBColor(110, 110, 110);
pub(super) const GRID: RGBColor = RGBColor(224, 224, 224);

/// One shade of blue for each number of workers.
pub(super) fn shade(index: usize, of: usize) -> RGBColor {
    let (light, dark) = ((158.0, 202.0, 225.0), (8.0, 69.0, 148.0));
    let at = if of < 2 { 0.7 } else { index as f64 / (of - 1) as f64 };
    let mix = |a: f64, b: f64| (a + (b - a) * at) as u8;
    RGBColor(mix(light.0, dark.0), mix(light.1, dark.1), mix(light.2, dark.2))
}

/// One color for each runtime; told apart by eyes that do not see all colors, too.
pub(super) fn color(runtime: &str) -> RGBColor {
    match runtime {
        "boc" => RGBColor(0, 114, 178),
        "verona" => RGBColor(230, 159, 0),
        "tokio" => RGBColor(0, 158, 115),
        "actix" => RGBColor(204, 121, 167),
        "rayon" => RGBColor(213, 94, 0),
        "happylock" => RGBColor(86, 180, 233),
        _ => RGBColor(90, 90, 90),
    }
}

/// Draws into an SVG of this size.
pub(super) fn svg(
    size: (i32, i32),
    draw: impl FnOnce(&Canvas<'_>) -> Result<(), DrawError>,
) -> Result<String, DrawError> {
    let mut text = String::new();
    {
        let canvas = SVGBackend::with_string(&mut text, (size.0 as u32, size.1 as u32)).into_drawing_area();
        canvas.fill(&WHITE)?;
        draw(&canvas)?;
        canvas.present()?;
    }
    Ok(text)
}

/// Where a text is fixed to its point.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Center,
    Right,
}

/// Writes a line whose middle is at the height of the point.
pub(super) fn write(
    canvas: &Canvas<'_>,
    text: &str,
    at: (i32, i32),
    side: Side,
    size: i32,
    color: RGBColor,
) -> Result<(), DrawError> {
    let side = match side {
        Side::Left => HPos::Left,
        Side::Center => HPos::Center,
        Side::Right => HPos::Right,
    };
    let style = ("sans-serif", size).into_font().color(&color).pos(Pos::new(side, VPos::Center));
    canvas.draw_text(text, &style, at)?;
    Ok(())
}

pub(super) fn line(
    canvas: &Canvas<'_>,
    from: (i32, i32),
    to: (i32, i32),
    style: impl Into<ShapeStyle>,
) -> Result<(), DrawError> {
    canvas.draw(&PathElement::new([from, to], style))?;
    Ok(())
}

pub(super) fn bar(
    canvas: &Canvas<'_>,
    corners: [(i32, i32); 2],
    style: impl Into<ShapeStyle>,
) -> Result<(), DrawError> {
    canvas.draw(&Rectangle::new(corners, style))?;
    Ok(())
}

/// Values on a logarithmic axis, in pixels.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    values: (f64, f64),
    pixels: (i32, i32),
}

impl Scale {
    /// The scale that has room for these values, and a little more.
    pub(super) fn around(values: impl Iterator<Item = f64>, pixels: (i32, i32)) -> Scale {
        let (low, high) =
            values.fold((f64::INFINITY, 0.0), |(low, high): (f64, f64), v| (low.min(v), high.max(v)));
        // Half as much again where there is next to nothing between them, so that there is an axis at all.
        let room = if high / low < 1.5 { 1.5 } else { 1.1 };
        Scale { values: (low / room, high * room), pixels }
    }

    pub(super) fn at(self, value: f64) -> i32 {
        let (low, high) = self.values;
        let (from, to) = self.pixels;
        from + ((value / low).ln() / (high / low).ln() * f64::from(to - from)).round() as i32
    }

    /// Round values: 1, 2, 5, 10 ..; more or fewer of them where these would be few or many.
    pub(super) fn ticks(self) -> Vec<f64> {
        let (low, high) = self.values;
        let steps: &[f64] = match high / low {
            range if range > 1000.0 => &[1.0],
            range if range > 8.0 => &[1.0, 2.0, 5.0],
            _ => &[1.0, 1.2, 1.4, 1.6, 1.8, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0],
        };
        let decades = low.log10().floor() as i32..=high.log10().ceil() as i32;
        let all = decades.flat_map(|decade| steps.iter().map(move |step| step * 10f64.powi(decade)));
        all.filter(|tick| (low..=high).contains(tick)).collect()
    }
}

/// Without the noise of binary fractions.
pub(super) fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_logarithmic_and_has_round_ticks() {
        let scale = Scale { values: (1.0, 100.0), pixels: (0, 200) };
        assert_eq!([scale.at(1.0), scale.at(10.0), scale.at(100.0)], [0, 100, 200]);
        assert_eq!(scale.ticks(), [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0]);
        assert_eq!(Scale { values: (1.0, 1e4), pixels: (0, 1) }.ticks(), [1.0, 10.0, 100.0, 1e3, 1e4]);
    }

    #[test]
    fn numbers_have_no_zeros_at_the_end() {
        assert_eq!([number(0.2), number(10.0), number(1.5)], ["0.2", "10", "1.5"]);
    }
}
