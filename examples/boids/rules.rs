//! Reynolds' rules: what one boid does in one step, given the boids near it. Plain arithmetic, no concurrency.
//!
//! Both the parallel and the sequential flock move by [`World::step`]. A sum of floats depends on the order of its
//! terms, so the neighbours always come in one order: by index. That makes the two agree bit for bit.

/// A position or a velocity: x, then y.
pub(crate) type Vector = [f64; 2];

/// One boid as its neighbours see it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Boid {
    /// Its place in the flock's vectors, and so who it is.
    pub(crate) index: usize,
    pub(crate) position: Vector,
    pub(crate) velocity: Vector,
}

/// The side of a cell: a boid sees its own cell and the eight around it.
pub(crate) const CELL: f64 = 50.0;

/// How strongly a boid steers to the mean position of its neighbours.
const COHESION: f64 = 0.005;
/// How strongly it steers away from those nearer than [`CLOSE`] on each axis.
const SEPARATION: f64 = 0.05;
/// How strongly it steers to the mean velocity of its neighbours.
const ALIGNMENT: f64 = 0.05;
const CLOSE: f64 = 20.0;

const MAX_SPEED: f64 = 15.0;
/// How near to an edge a boid begins to turn, and by how much each step.
const MARGIN: f64 = 200.0;
const TURN: f64 = 1.0;

/// The rectangle in which the flock lives. Boids may overshoot its edges, and then turn back.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct World {
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// The row and the column of the cell that holds a position; negative beyond the left and the upper edge.
pub(crate) fn cell_of([x, y]: Vector) -> (i32, i32) {
    ((y / CELL).floor() as i32, (x / CELL).floor() as i32)
}

impl World {
    /// `me`, one step later. `near` holds everyone it can see, in the order of their indices, and may hold `me`.
    pub(crate) fn step(&self, me: Boid, near: &[Boid]) -> Boid {
        let [vx, vy] = steer(me, near);
        let [x, y] = me.position;
        let velocity = limit([vx + turn(x, self.width), vy + turn(y, self.height)]);
        Boid { position: [x + velocity[0], y + velocity[1]], velocity, ..me }
    }
}

/// The velocity after cohesion, separation and alignment; unchanged where nobody else is near.
fn steer(me: Boid, near: &[Boid]) -> Vector {
    let mut count = 0.0;
    let (mut positions, mut velocities, mut away) = ([0.0; 2], [0.0; 2], [0.0; 2]);
    for other in near.iter().filter(|other| other.index != me.index) {
        let gap = [me.position[0] - other.position[0], me.position[1] - other.position[1]];
        let close = gap[0].abs() < CLOSE && gap[1].abs() < CLOSE;
        count += 1.0;
        for axis in 0..2 {
            positions[axis] += other.position[axis];
            velocities[axis] += other.velocity[axis];
            if close {
                away[axis] += gap[axis];
            }
        }
    }
    if count == 0.0 {
        return me.velocity;
    }
    std::array::from_fn(|axis| {
        me.velocity[axis]
            + (positions[axis] / count - me.position[axis]) * COHESION
            + away[axis] * SEPARATION
            + (velocities[axis] / count - me.velocity[axis]) * ALIGNMENT
    })
}

/// The push back from the edges of one axis. The margins of a narrow world meet in its middle, never cross.
fn turn(at: f64, extent: f64) -> f64 {
    let margin = MARGIN.min(extent / 2.0);
    if at < margin {
        TURN
    } else if at > extent - margin {
        -TURN
    } else {
        0.0
    }
}

/// The same direction, at [`MAX_SPEED`] at most.
fn limit(velocity: Vector) -> Vector {
    let speed = (velocity[0] * velocity[0] + velocity[1] * velocity[1]).sqrt();
    if speed > MAX_SPEED { velocity.map(|v| v / speed * MAX_SPEED) } else { velocity }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: World = World { width: 1200.0, height: 800.0 };

    fn boid(index: usize, position: Vector, velocity: Vector) -> Boid {
        Boid { index, position, velocity }
    }

    fn assert_close(got: Vector, want: Vector) {
        assert!((0..2).all(|axis| (got[axis] - want[axis]).abs() < 1e-12), "got {got:?}, want {want:?}");
    }

    #[test]
    fn alone_a_boid_flies_straight_on() {
        let me = boid(3, [600.0, 400.0], [2.0, -3.0]);
        assert_eq!(WORLD.step(me, &[me]), boid(3, [602.0, 397.0], [2.0, -3.0]));
        assert_eq!(WORLD.step(me, &[]), WORLD.step(me, &[me]));
    }

    #[test]
    fn neighbours_attract_and_align() {
        let me = boid(0, [600.0, 400.0], [0.0, 0.0]);
        let near = [me, boid(1, [640.0, 400.0], [4.0, 2.0]), boid(2, [620.0, 460.0], [0.0, 2.0])];
        // Their mean position is 30 right and 30 down, their mean velocity (2, 2), and nobody is close.
        let want = [30.0 * 0.005 + 2.0 * 0.05, 30.0 * 0.005 + 2.0 * 0.05];
        assert_close(WORLD.step(me, &near).velocity, want);
    }

    #[test]
    fn close_boids_repel() {
        let me = boid(0, [600.0, 400.0], [0.0, 0.0]);
        // 10 to the right, at rest: attracted by 10 * 0.005, repelled by 10 * 0.05.
        let near = [me, boid(1, [610.0, 400.0], [0.0, 0.0])];
        assert_close(WORLD.step(me, &near).velocity, [0.05 - 0.5, 0.0]);
        // Close means close on both axes: 10 to the right, but 20 below.
        let near = [me, boid(1, [610.0, 420.0], [0.0, 0.0])];
        assert_close(WORLD.step(me, &near).velocity, [0.05, 0.1]);
    }

    #[test]
    fn speed_is_limited_and_keeps_its_direction() {
        let me = boid(0, [600.0, 400.0], [30.0, 40.0]);
        assert_close(WORLD.step(me, &[]).velocity, [9.0, 12.0]);
    }

    #[test]
    fn edges_turn_boids_back() {
        let still = |position| WORLD.step(boid(0, position, [0.0, 0.0]), &[]).velocity;
        assert_eq!(still([199.0, 400.0]), [1.0, 0.0]);
        assert_eq!(still([1001.0, 400.0]), [-1.0, 0.0]);
        assert_eq!(still([600.0, 199.0]), [0.0, 1.0]);
        assert_eq!(still([600.0, 601.0]), [0.0, -1.0]);
        assert_eq!(still([200.0, 600.0]), [0.0, 0.0], "the margin itself is free");
        assert_eq!(still([-500.0, 5000.0]), [1.0, -1.0], "so is nothing beyond the edges");
    }

    #[test]
    fn a_narrow_world_turns_boids_to_its_middle() {
        let narrow = World { width: 50.0, height: 50.0 };
        let mut me = boid(0, [10.0, 40.0], [5.0, -5.0]);
        for _ in 0..10_000 {
            me = narrow.step(me, &[]);
            assert!(me.position.iter().all(|p| (-150.0..200.0).contains(p)), "lost at {:?}", me.position);
        }
    }

    #[test]
    fn cells_go_on_beyond_the_edges() {
        assert_eq!(cell_of([0.0, 49.9]), (0, 0));
        assert_eq!(cell_of([50.0, 149.9]), (2, 1));
        assert_eq!(cell_of([-0.1, -50.1]), (-2, -1));
    }
}
