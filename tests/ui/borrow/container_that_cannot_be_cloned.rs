//! Indexed in a loop, so all of it would have to go along.

use boc::prelude::*;

struct Grid(Vec<Cown<i32>>);

impl std::ops::Index<usize> for Grid {
    type Output = Cown<i32>;

    fn index(&self, at: usize) -> &Cown<i32> {
        &self.0[at]
    }
}

fn main() {
    let (a, grid) = (Cown::new(1_usize), Grid(vec![Cown::new(1)]));
    when!(a => for i in 0..*a { when!(c = grid[i] => *c += 1); });
    when!(a, let grid = grid => for i in 0..*a { when!(c = grid[i] => *c += 1); });
}
