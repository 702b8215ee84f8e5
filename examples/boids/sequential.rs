//! The same flock without behaviors: plain vectors and loops, one thread. What `--verify` compares with.

use std::collections::HashMap;

use crate::rules::{Boid, World, cell_of};
use crate::state::State;

/// The state after `frames` steps.
pub(crate) fn run(world: World, mut state: State, frames: u64) -> State {
    for _ in 0..frames {
        state = step(world, &state);
    }
    state
}

fn step(world: World, state: &State) -> State {
    let boid =
        |index: usize| Boid { index, position: state.positions[index], velocity: state.velocities[index] };

    let mut cells: HashMap<(i32, i32), Vec<usize>> = HashMap::new();
    for (index, &position) in state.positions.iter().enumerate() {
        cells.entry(cell_of(position)).or_default().push(index);
    }

    let mut next = state.clone();
    for (&(row, column), members) in &cells {
        let mut near = Vec::new();
        for row in row - 1..=row + 1 {
            for column in column - 1..=column + 1 {
                near.extend(cells.get(&(row, column)).into_iter().flatten().copied());
            }
        }
        near.sort_unstable();
        let near: Vec<Boid> = near.into_iter().map(boid).collect();
        for &index in members {
            let moved = world.step(boid(index), &near);
            next.positions[index] = moved.position;
            next.velocities[index] = moved.velocity;
        }
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: World = World { width: 400.0, height: 300.0 };

    /// Everybody looks at everybody: no grid to get wrong.
    fn step_without_a_grid(state: &State) -> State {
        let flock: Vec<Boid> = (0..state.positions.len())
            .map(|index| Boid { index, position: state.positions[index], velocity: state.velocities[index] })
            .collect();
        let moved = flock.iter().map(|&me| {
            let (row, column) = cell_of(me.position);
            let near: Vec<Boid> = flock
                .iter()
                .filter(|other| {
                    let (r, c) = cell_of(other.position);
                    (r - row).abs() <= 1 && (c - column).abs() <= 1
                })
                .copied()
                .collect();
            WORLD.step(me, &near)
        });
        let (positions, velocities) = moved.map(|boid| (boid.position, boid.velocity)).unzip();
        State { positions, velocities }
    }

    #[test]
    fn the_grid_finds_every_neighbour() {
        let start = State::scatter(200, WORLD, 1);
        let mut plain = start.clone();
        for _ in 0..50 {
            plain = step_without_a_grid(&plain);
        }
        assert_eq!(run(WORLD, start, 50).first_difference(&plain), None);
    }

    #[test]
    fn no_frames_change_nothing() {
        let start = State::scatter(10, WORLD, 1);
        assert_eq!(run(WORLD, start.clone(), 0), start);
    }

    #[test]
    fn nobody_is_ever_too_fast_or_lost() {
        let end = run(WORLD, State::scatter(300, WORLD, 1), 300);
        for ([x, y], [vx, vy]) in end.positions.iter().zip(&end.velocities) {
            assert!(vx * vx + vy * vy <= 15.0_f64.powi(2) * (1.0 + 1e-12));
            assert!((-300.0..700.0).contains(x) && (-300.0..600.0).contains(y), "lost at {x}, {y}");
        }
    }
}
