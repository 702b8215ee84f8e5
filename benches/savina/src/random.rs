//! Owns: the two generators of the suite. What they draw is part of the work.

use std::hint::black_box;

/// A short linear congruential generator.
#[derive(Clone, Debug)]
pub struct SimpleRand(u64);

impl SimpleRand {
    /// The generator that starts at `seed`.
    pub fn new(seed: u64) -> SimpleRand {
        SimpleRand(seed)
    }

    /// The state, before it moves on.
    pub fn next_long(&mut self) -> u64 {
        let drawn = self.0;
        self.0 = (drawn * 1309 + 13849) & 65535;
        drawn
    }

    /// A number below `max`, or any if `max` is 0.
    pub fn next_int(&mut self, max: u32) -> u32 {
        let drawn = self.next_long() as u32;
        if max == 0 { drawn } else { drawn % max }
    }

    /// A fraction.
    pub fn next_double(&mut self) -> f64 {
        1.0 / (self.next_long() + 1) as f64
    }
}

/// xoroshiro128+.
#[derive(Clone, Debug)]
pub struct XorOshiro128Plus {
    x: u64,
    y: u64,
}

impl XorOshiro128Plus {
    /// The generator with this state, after one draw.
    pub fn new(x: u64, y: u64) -> XorOshiro128Plus {
        let mut random = XorOshiro128Plus { x, y };
        random.next_long();
        random
    }

    /// Any number.
    pub fn next_long(&mut self) -> u64 {
        let drawn = self.x.wrapping_add(self.y);
        self.y ^= self.x;
        self.x = self.x.rotate_left(24) ^ self.y ^ (self.y << 16);
        self.y = self.y.rotate_left(37);
        drawn
    }

    /// A number from 0 up to, and without, 1.
    pub fn real(&mut self) -> f64 {
        (self.next_long() >> 11) as f64 * 2f64.powi(-53)
    }

    /// A number below `n`.
    pub fn integer(&mut self, n: u64) -> u64 {
        (self.real() * n as f64) as u64
    }

    /// Draws `integer(rate) + 10` numbers, which takes a while.
    pub fn busy_wait(&mut self, rate: u64) {
        for _ in 0..self.integer(rate) + 10 {
            black_box(self.next_long());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn simple_rand_follows_its_definition() {
        let mut random = SimpleRand::new(123456);
        assert_eq!(random.next_long(), 123456);
        assert_eq!(random.next_long(), (123456 * 1309 + 13849) & 65535);
        assert!(random.next_int(7) < 7);
        let next = random.clone().next_long();
        assert_eq!(random.next_double(), 1.0 / (next + 1) as f64);
    }

    /// With the state (1, 2): the draw thrown away is 3; after it y = 2 ^ 1 = 3, x = rotl(1, 24) ^ 3 ^ (3 << 16), and
    /// y = rotl(3, 37).
    #[test]
    fn xoroshiro_follows_its_definition() {
        let mut random = XorOshiro128Plus::new(1, 2);
        assert_eq!(random.next_long(), ((1 << 24) ^ 3 ^ (3 << 16)) + (3 << 37));
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.real())));
        assert!((0..1000).all(|_| random.integer(10) < 10));
    }
}
