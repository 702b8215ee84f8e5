//! The flock as behaviors: one for each occupied cell, on the workers, and one for each frame, on the main thread.
//!
//! A frame begins with a snapshot of the flock in one cown for each cell. Each cell's behavior reads the snapshots
//! around it and makes its boids' next state; it writes to nobody, so all cells of a frame run at once. The frame's own
//! behavior requests what they made, together with the pinned state and canvas. Nothing depends on who ran first.

use boc::prelude::*;

use crate::error::Error;
use crate::grid::{Cell, Grid};
use crate::rules::{Boid, Vector, World};
use crate::state::State;

/// What a canvas is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) world: World,
    pub(crate) positions: &'a [Vector],
    pub(crate) velocities: &'a [Vector],
    /// How many frames there are by now, this one included.
    pub(crate) frame: u64,
    /// How many behaviors this frame took.
    pub(crate) behaviors: usize,
}

/// Where frames are drawn, on the main thread. `()` draws nothing.
pub(crate) trait Canvas: 'static {
    /// Draws one frame.
    fn draw(&mut self, scene: &Scene<'_>) -> Result<(), Error>;
}

impl Canvas for () {
    fn draw(&mut self, _: &Scene<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// A flock on its way: the state, and what it is drawn on. All of it stays on the main thread.
#[derive(Debug)]
pub(crate) struct Flock<C> {
    world: World,
    positions: PinnedCown<Vec<Vector>>,
    velocities: PinnedCown<Vec<Vector>>,
    canvas: PinnedCown<C>,
    frames: u64,
}

/// A frame that is being computed and drawn.
#[derive(Debug)]
pub(crate) struct Frame {
    /// How many behaviors it takes.
    pub(crate) behaviors: usize,
    drawn: Promise<Result<(), Error>>,
}

impl Frame {
    /// Whether it has been drawn, or has failed.
    pub(crate) fn is_finished(&self) -> bool {
        self.drawn.is_finished()
    }

    /// Waits for it; on the main thread by pumping.
    pub(crate) fn join(self) -> Result<(), Error> {
        self.drawn.join()?
    }
}

impl<C: Canvas> Flock<C> {
    /// Pins a flock and its canvas to the main thread.
    pub(crate) fn new(main: &MainThread, world: World, start: State, canvas: C) -> Self {
        Self {
            world,
            positions: PinnedCown::new(main, start.positions),
            velocities: PinnedCown::new(main, start.velocities),
            canvas: PinnedCown::new(main, canvas),
            frames: 0,
        }
    }

    /// Schedules the next frame. The one before must have been drawn.
    pub(crate) fn frame(&mut self, main: &MainThread) -> Frame {
        self.frames += 1;
        let (grid, cells) = self.look(main, Grid::sort);
        let cells: Vec<Cown<Cell>> = cells.into_iter().map(Cown::new).collect();
        let (world, frame, behaviors) = (self.world, self.frames, cells.len() + 1);

        let nexts: Vec<Promise<Cell>> = cells
            .iter()
            .enumerate()
            .map(|(index, here)| {
                let around: Vec<&Cown<Cell>> = grid.around(index).map(|near| &cells[near]).collect();
                when!(read here, read around => next(world, &here, around.iter()))
            })
            .collect();

        let drawn = when!(
            read nexts, pinned self.positions, pinned self.velocities, pinned self.canvas => {
                for boid in nexts.iter().flatten() {
                    positions[boid.index] = boid.position;
                    velocities[boid.index] = boid.velocity;
                }
                canvas.draw(&Scene { world, positions: &positions, velocities: &velocities, frame, behaviors })
            }
        );
        Frame { behaviors, drawn }
    }

    /// The state after the frames that have been drawn.
    pub(crate) fn state(&self, main: &MainThread) -> State {
        self.look(main, |positions, velocities| State {
            positions: positions.to_vec(),
            velocities: velocities.to_vec(),
        })
    }

    /// The canvas, between two frames.
    pub(crate) fn canvas(&self) -> &PinnedCown<C> {
        &self.canvas
    }

    /// Looks at the pinned state between two frames.
    fn look<R>(&self, main: &MainThread, look: impl FnOnce(&[Vector], &[Vector]) -> R) -> R {
        main.with(&self.positions, |positions| {
            main.with(&self.velocities, |velocities| look(positions, velocities))
        })
        .and_then(|looked| looked)
        .expect("nobody holds the state between two frames")
    }
}

/// One cell's boids, one step later. `around` holds every cell that they can see, `here` among them.
fn next<'a>(world: World, here: &Cell, around: impl Iterator<Item = &'a Cell>) -> Cell {
    let mut near: Vec<Boid> = around.flatten().copied().collect();
    near.sort_unstable_by_key(|boid| boid.index);
    here.iter().map(|&me| world.step(me, &near)).collect()
}
