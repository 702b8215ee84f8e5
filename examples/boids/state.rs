//! The state of a whole flock, and how it starts.

use rand_pcg::Pcg64;
use rand_pcg::rand_core::{Rng, SeedableRng};

use crate::rules::{Vector, World};

/// Where everybody is, and where they are going; boid `i` is entry `i` of both.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct State {
    pub(crate) positions: Vec<Vector>,
    pub(crate) velocities: Vec<Vector>,
}

impl State {
    /// `boids` of them, scattered evenly over the world, each with a random velocity; the same for the same seed.
    pub(crate) fn scatter(boids: usize, world: World, seed: u64) -> Self {
        let mut random = Pcg64::seed_from_u64(seed);
        let mut between = |low: f64, high: f64| low + (high - low) * unit(random.next_u64());
        Self {
            positions: (0..boids).map(|_| [between(0.0, world.width), between(0.0, world.height)]).collect(),
            velocities: (0..boids).map(|_| [between(-5.0, 5.0), between(-5.0, 5.0)]).collect(),
        }
    }

    /// The first boid whose bits are not the same in both.
    pub(crate) fn first_difference(&self, other: &Self) -> Option<usize> {
        let bits = |vector: &Vector| vector.map(f64::to_bits);
        let boid = |state: &Self, index| {
            (state.positions.get(index).map(bits), state.velocities.get(index).map(bits))
        };
        let boids = self.positions.len().max(other.positions.len());
        (0..boids).find(|&index| boid(self, index) != boid(other, index))
    }
}

/// Random bits as a number in `0.0..1.0`.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: World = World { width: 1200.0, height: 800.0 };

    #[test]
    fn a_seed_decides_the_start() {
        let start = State::scatter(100, WORLD, 7);
        assert_eq!(start.first_difference(&State::scatter(100, WORLD, 7)), None);
        assert_eq!(start.first_difference(&State::scatter(100, WORLD, 8)), Some(0));
    }

    #[test]
    fn the_start_fills_the_world() {
        let start = State::scatter(10_000, WORLD, 7);
        let range = |values: &[Vector], axis: usize| {
            let values = values.iter().map(|v| v[axis]);
            (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
        };
        for (values, axis, low, high) in [
            (&start.positions, 0, 0.0, 1200.0),
            (&start.positions, 1, 0.0, 800.0),
            (&start.velocities, 0, -5.0, 5.0),
            (&start.velocities, 1, -5.0, 5.0),
        ] {
            let slack = (high - low) / 100.0;
            let (least, most) = range(values, axis);
            assert!((low..low + slack).contains(&least), "least {least} of {low}..{high}");
            assert!((high - slack..high).contains(&most), "most {most} of {low}..{high}");
        }
    }

    #[test]
    fn a_single_bit_is_a_difference() {
        let start = State::scatter(5, WORLD, 7);
        let mut other = start.clone();
        other.velocities[3][1] = f64::from_bits(other.velocities[3][1].to_bits() ^ 1);
        assert_eq!(start.first_difference(&other), Some(3));
        other.positions.pop();
        other.velocities = start.velocities.clone();
        assert_eq!(start.first_difference(&other), Some(4));
    }
}
