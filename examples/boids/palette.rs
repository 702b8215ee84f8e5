//! The colours: a ring of hues for the headings, all equally bright, on a dark blue ground.

use std::collections::HashMap;
use std::f64::consts::TAU;

use crate::rules::Vector;

/// Red, green and blue.
pub(crate) type Rgb = [u8; 3];

/// The sky the flock flies in.
pub(crate) const SKY: Rgb = [14, 18, 30];
/// What lies beside the world when the window has another shape.
pub(crate) const BESIDE: Rgb = [8, 10, 18];
/// The overlay's ground and its border.
pub(crate) const PANEL: Rgb = [24, 30, 47];
pub(crate) const BORDER: Rgb = [52, 61, 86];
/// The overlay's numbers and its words.
pub(crate) const NUMBER: Rgb = [236, 240, 250];
pub(crate) const WORD: Rgb = [140, 150, 176];

const HUES: usize = 32;

/// The colour of a boid that flies this way.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    hues: [Rgb; HUES],
}

impl Palette {
    /// The whole ring.
    pub(crate) fn new() -> Self {
        Self { hues: std::array::from_fn(|hue| hue_ring(hue as f64 / HUES as f64)) }
    }

    /// The colour of a heading.
    pub(crate) fn heading(&self, [vx, vy]: Vector) -> Rgb {
        let turn = vy.atan2(vx) / TAU;
        self.hues[(turn * HUES as f64).round().rem_euclid(HUES as f64) as usize % HUES]
    }

    /// Every colour that a GIF needs: each hue, and the steps from it to the sky for its smooth edges.
    pub(crate) fn colours(&self) -> Vec<Rgb> {
        const STEPS: u32 = 7;
        let edges = self.hues.iter().flat_map(|&hue| (1..=STEPS).map(move |step| mix(SKY, hue, step, STEPS)));
        [SKY, BESIDE, PANEL, BORDER, NUMBER, WORD].into_iter().chain(edges).collect()
    }
}

/// `step` of `steps` from one colour to another.
fn mix(from: Rgb, to: Rgb, step: u32, steps: u32) -> Rgb {
    std::array::from_fn(|c| {
        ((u32::from(from[c]) * (steps - step) + u32::from(to[c]) * step + steps / 2) / steps) as u8
    })
}

/// A point on a circle of the Oklab colour space, where equal steps look equal.
fn hue_ring(turn: f64) -> Rgb {
    const LIGHTNESS: f64 = 0.78;
    const CHROMA: f64 = 0.14;
    let (b, a) = (turn * TAU).sin_cos();
    let (a, b) = (a * CHROMA, b * CHROMA);

    let cube = |x: f64| x * x * x;
    let l = cube(LIGHTNESS + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let m = cube(LIGHTNESS - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let s = cube(LIGHTNESS - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
        -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
        -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
    ]
    .map(gamma)
}

/// A linear channel as it is stored: sRGB.
fn gamma(linear: f64) -> u8 {
    let linear = linear.clamp(0.0, 1.0);
    let stored = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (stored * 255.0).round() as u8
}

/// Finds the nearest of the GIF's colours, and remembers what it found.
#[derive(Debug)]
pub(crate) struct Quantizer {
    colours: Vec<Rgb>,
    found: HashMap<Rgb, u8>,
    /// The last answer: most pixels are as the one before.
    last: (Rgb, u8),
}

impl Quantizer {
    /// For at most 256 colours.
    pub(crate) fn new(colours: Vec<Rgb>) -> Self {
        assert!(colours.len() <= 256, "a GIF holds 256 colours, not {}", colours.len());
        Self { last: (colours[0], 0), colours, found: HashMap::new() }
    }

    /// The colours, one after the other.
    pub(crate) fn table(&self) -> Vec<u8> {
        self.colours.concat()
    }

    /// The place of the colour nearest to this one.
    pub(crate) fn nearest(&mut self, wanted: Rgb) -> u8 {
        if self.last.0 != wanted {
            self.last = (wanted, self.search(wanted));
        }
        self.last.1
    }

    fn search(&mut self, wanted: Rgb) -> u8 {
        let distance = |colour: &Rgb| -> u32 {
            colour.iter().zip(wanted).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
        };
        let colours = &self.colours;
        *self.found.entry(wanted).or_insert_with(|| {
            let nearest = (0..colours.len()).min_by_key(|&place| distance(&colours[place]));
            nearest.unwrap_or(0) as u8
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_go_around_the_ring() {
        let palette = Palette::new();
        assert_eq!(palette.heading([1.0, 0.0]), palette.hues[0]);
        assert_eq!(palette.heading([0.0, 1.0]), palette.hues[8]);
        assert_eq!(palette.heading([-1.0, 0.0]), palette.hues[16]);
        assert_eq!(palette.heading([0.0, -1.0]), palette.hues[24]);
        assert_eq!(palette.heading([1.0, -1e-9]), palette.hues[0], "the ring closes");
        assert_eq!(palette.heading([0.0, 0.0]), palette.hues[0]);
    }

    #[test]
    fn hues_are_distinct_and_bright() {
        let palette = Palette::new();
        for (index, a) in palette.hues.iter().enumerate() {
            assert!(a.iter().copied().max() > Some(150), "{a:?} is dark");
            assert!(!palette.hues[..index].contains(a), "{a:?} is there twice");
        }
    }

    #[test]
    fn a_gif_holds_all_colours_exactly() {
        let colours = Palette::new().colours();
        assert!(colours.len() <= 256);
        let mut quantizer = Quantizer::new(colours.clone());
        for colour in colours {
            let place = quantizer.nearest(colour);
            assert_eq!(quantizer.colours[usize::from(place)], colour);
        }
        assert_eq!(quantizer.nearest([15, 17, 30]), 0, "almost the sky is the sky");
    }
}
