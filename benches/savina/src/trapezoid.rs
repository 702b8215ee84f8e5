//! Trapezoid: the area under a curve, a part by each worker.

use std::hint::black_box;

use boc::prelude::*;

use crate::{Bound, Program, Run, on_boc};

/// The program.
#[derive(Clone, Copy, Debug)]
pub struct Trapezoid {
    /// Into how many trapezoids the area is cut.
    pub pieces: usize,
    /// How many workers share them.
    pub workers: usize,
    /// Where the area begins.
    pub left: f64,
    /// Where it would end if the workers' parts lay side by side; see [`Trapezoid::parts`].
    pub right: f64,
}

/// What one worker integrates.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    left: f64,
    pieces: usize,
    precision: f64,
}

impl Trapezoid {
    /// The parts. By definition the left end of part `i` is `i` ranges, not one, to the right of the one before it.
    pub fn parts(self) -> Vec<Part> {
        let range = (self.right - self.left) / self.workers as f64;
        let precision = (self.right - self.left) / self.pieces as f64;
        let pieces = self.pieces / self.workers;
        let mut left = self.left;
        let part = |i| {
            left += range * i as f64;
            Part { left, pieces, precision }
        };
        (0..self.workers).map(part).collect()
    }
}

impl Part {
    /// Its area.
    pub fn area(self) -> f64 {
        let mut area = 0.0;
        for i in 0..self.pieces {
            let left = i as f64 * self.precision + self.left;
            let right = left + self.precision;
            // Each piece works out both its ends, as the suite has it.
            area += 0.5 * (curve(black_box(left)) + curve(black_box(right))) * self.precision;
        }
        area
    }
}

fn curve(x: f64) -> f64 {
    (x.powf(3.0) - 1.0).sin() / (x + 1.0) * ((2.0 * x).sqrt().exp() + 1.0).sqrt()
}

impl Program for Trapezoid {
    const NAME: &'static str = "trapezoid";
    const TITLE: &'static str = "Trapezoid";
    const BOUND: Bound = Bound::Work;
    const FULL: Trapezoid = Trapezoid { pieces: 10_000_000, workers: 100, left: 1.0, right: 5.0 };
    const SMALL: Trapezoid = Trapezoid { pieces: 1000, workers: 10, ..Trapezoid::FULL };

    /// The sum of the parts' areas.
    type Outcome = f64;

    fn expected(self) -> f64 {
        self.parts().into_iter().map(Part::area).fold(0.0, |sum, area| sum + area)
    }

    fn agrees(expected: &f64, found: &f64) -> bool {
        (expected - found).abs() <= 1e-9 * expected.abs()
    }

    fn run(self, workers: usize) -> Run<f64> {
        let start = move || {
            let integrate = |part: Part| {
                let area = Cown::new(0.0);
                when!(area => *area = part.area());
                area
            };
            let areas: Vec<_> = self.parts().into_iter().map(integrate).collect();
            let (sum, others) = areas.split_first().expect("at least one worker");
            for area in others {
                when!(sum, area => *sum += *area);
            }
            sum.clone()
        };
        on_boc(workers, start, |sum| sum.try_into_inner().expect("the last handle"))
    }
}
