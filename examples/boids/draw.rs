//! Draws a scene: the sky, an arrow for each boid, and the overlay.

use indicatif::HumanCount;
use tiny_skia::{Color, FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

use crate::flock::Scene;
use crate::font;
use crate::palette::{BESIDE, BORDER, NUMBER, PANEL, Palette, Rgb, SKY, WORD};
use crate::rules::{Vector, World};

/// The smallest boids that can still be told from dust, in pixels for each unit of the arrow.
const SMALLEST: f32 = 0.55;

/// A line of the overlay: a number, and what it counts.
pub(crate) type Line = (u64, &'static str);

/// Draws scenes, all in one style.
#[derive(Debug)]
pub(crate) struct Painter {
    palette: Palette,
    arrow: Path,
}

impl Painter {
    /// With the colours of `palette`.
    pub(crate) fn new(palette: Palette) -> Self {
        Self { palette, arrow: arrow() }
    }

    /// Draws a scene over whatever was there, and the overlay in its upper left corner.
    pub(crate) fn paint(&self, pixmap: &mut Pixmap, scene: &Scene<'_>, overlay: &[Line]) {
        let place = Placement::of(scene.world, pixmap);
        pixmap.fill(Color::from_rgba8(BESIDE[0], BESIDE[1], BESIDE[2], 255));
        let size = [scene.world.width, scene.world.height].map(|side| (side * place.scale).round() as f32);
        rectangle(pixmap, [place.left as f32, place.top as f32, size[0], size[1]], SKY, 255);
        for (&position, &velocity) in scene.positions.iter().zip(scene.velocities) {
            self.boid(pixmap, place, position, velocity);
        }
        panel(pixmap, overlay);
    }

    fn boid(&self, pixmap: &mut Pixmap, place: Placement, position: Vector, [vx, vy]: Vector) {
        let size = (place.scale as f32).max(SMALLEST);
        let speed = vx.hypot(vy);
        let [cos, sin] = if speed > 0.0 { [vx / speed, vy / speed] } else { [1.0, 0.0] };
        let (cos, sin) = (cos as f32 * size, sin as f32 * size);
        let [x, y] = place.pixel(position);
        let turned = Transform::from_row(cos, sin, -sin, cos, x, y);
        let colour = colour(self.palette.heading([vx, vy]), 255, true);
        pixmap.fill_path(&self.arrow, &colour, FillRule::Winding, turned, None);
    }
}

/// Where the world lies in a picture: in its middle, as large as fits.
#[derive(Clone, Copy, Debug)]
struct Placement {
    scale: f64,
    left: f64,
    top: f64,
}

impl Placement {
    fn of(world: World, pixmap: &Pixmap) -> Self {
        let (width, height) = (f64::from(pixmap.width()), f64::from(pixmap.height()));
        let scale = (width / world.width).min(height / world.height);
        let left = ((width - world.width * scale) / 2.0).round();
        let top = ((height - world.height * scale) / 2.0).round();
        Self { scale, left, top }
    }

    fn pixel(&self, [x, y]: Vector) -> [f32; 2] {
        [(self.left + x * self.scale) as f32, (self.top + y * self.scale) as f32]
    }
}

/// A slender arrow that flies to the right, its weight on the origin.
fn arrow() -> Path {
    let mut path = PathBuilder::new();
    path.move_to(10.0, 0.0);
    path.line_to(-6.0, 4.5);
    path.line_to(-3.0, 0.0);
    path.line_to(-6.0, -4.5);
    path.close();
    path.finish().expect("four corners are a path")
}

/// The overlay: the numbers bright and one below the other, what they count beside them.
fn panel(pixmap: &mut Pixmap, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    let numbers: Vec<String> = lines.iter().map(|&(number, _)| HumanCount(number).to_string()).collect();
    let digits = numbers.iter().map(String::len).max().unwrap_or(0);
    let words = lines.iter().map(|(_, unit)| unit.len()).max().unwrap_or(0);
    // Twice as large where there is room: a pixel font wants whole steps.
    let step = if pixmap.width() >= 800 && pixmap.height() >= 400 { 2 } else { 1 };
    let (pad, advance, leading) = (6 * step, font::ADVANCE * step, (font::SIZE.1 + 4) * step);
    let width = (digits + 1 + words) as u32 * advance - step + 2 * pad;
    let height = lines.len() as u32 * leading - 4 * step + 2 * pad;
    let margin = 6 * step;
    if width + 2 * margin > pixmap.width() || height + 2 * margin > pixmap.height() {
        return;
    }

    let [x, y, w, h] = [margin, margin, width, height].map(|side| side as f32);
    rectangle(pixmap, [x - 1.0, y - 1.0, w + 2.0, h + 2.0], BORDER, 200);
    rectangle(pixmap, [x, y, w, h], PANEL, 225);
    let left = margin + pad;
    for ((number, (_, unit)), top) in numbers.iter().zip(lines).zip((left..).step_by(leading as usize)) {
        let indent = (digits - number.len()) as u32 * advance;
        write(pixmap, [left + indent, top], step, NUMBER, number);
        write(pixmap, [left + (digits as u32 + 1) * advance, top], step, WORD, unit);
    }
}

/// Writes a text from an upper left corner on, each of its dots `step` pixels wide.
fn write(pixmap: &mut Pixmap, [left, top]: [u32; 2], step: u32, ink: Rgb, text: &str) {
    for (character, left) in text.chars().zip((left..).step_by((font::ADVANCE * step) as usize)) {
        for (x, y) in font::pixels(character) {
            let dot = [left + x * step, top + y * step, step, step];
            rectangle(pixmap, dot.map(|side| side as f32), ink, 255);
        }
    }
}

/// Fills `[left, top, width, height]`.
fn rectangle(pixmap: &mut Pixmap, [left, top, width, height]: [f32; 4], ink: Rgb, alpha: u8) {
    if let Some(rect) = Rect::from_xywh(left, top, width, height) {
        pixmap.fill_rect(rect, &colour(ink, alpha, false), Transform::identity(), None);
    }
}

fn colour(rgb: Rgb, alpha: u8, smooth: bool) -> Paint<'static> {
    let mut paint = Paint { anti_alias: smooth, ..Paint::default() };
    paint.set_color_rgba8(rgb[0], rgb[1], rgb[2], alpha);
    paint
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: World = World { width: 100.0, height: 100.0 };

    fn picture([width, height]: [u32; 2], boids: &[(Vector, Vector)], overlay: &[Line]) -> Pixmap {
        let mut pixmap = Pixmap::new(width, height).unwrap();
        let (positions, velocities): (Vec<Vector>, Vec<Vector>) = boids.iter().copied().unzip();
        let scene =
            Scene { world: WORLD, positions: &positions, velocities: &velocities, frame: 1, behaviors: 2 };
        Painter::new(Palette::new()).paint(&mut pixmap, &scene, overlay);
        pixmap
    }

    fn at(pixmap: &Pixmap, x: u32, y: u32) -> Rgb {
        let pixel = pixmap.pixel(x, y).unwrap();
        [pixel.red(), pixel.green(), pixel.blue()]
    }

    #[test]
    fn an_arrow_points_where_it_flies() {
        let down = [0.0, 4.0];
        let picture = picture([200, 200], &[([50.0, 50.0], down)], &[]);
        let hue = Palette::new().heading(down);
        assert_eq!(at(&picture, 100, 100), hue, "its middle");
        assert_eq!(at(&picture, 100, 115), hue, "its tip is below");
        assert_eq!(at(&picture, 100, 88), SKY, "its notch is above");
        assert_eq!(at(&picture, 115, 100), SKY, "nothing beside it");
    }

    #[test]
    fn the_world_keeps_its_shape() {
        let wide = picture([300, 100], &[], &[]);
        assert_eq!([99, 100, 199, 200].map(|x| at(&wide, x, 50)), [BESIDE, SKY, SKY, BESIDE]);
    }

    #[test]
    fn strange_boids_and_tiny_pictures_are_drawn() {
        let boids = [([-1e9, 1e9], [0.0, 0.0]), ([f64::MAX, 0.0], [1.0, 1.0]), ([50.0, 50.0], [0.0, -0.0])];
        picture([1, 1], &boids, &[(300, "boids")]);
    }

    #[test]
    fn the_overlay_stands_in_the_corner_if_it_fits() {
        let lines = [(7, "boids")];
        let large = picture([100, 100], &[], &lines);
        assert_eq!(at(&large, 12 + 2, 12), NUMBER);
        let small = picture([12, 12], &[], &lines);
        assert_eq!(at(&small, 6, 6), SKY);
    }
}
