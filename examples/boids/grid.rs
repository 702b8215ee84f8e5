//! The spatial hash: a snapshot of the flock, sorted into the cells that anybody is in.

use crate::rules::{Boid, Vector, cell_of};

/// Row, then column.
type Key = (i32, i32);

/// The boids of one cell, in the order of their indices.
pub(crate) type Cell = Vec<Boid>;

/// Which cells are occupied, row by row, and so which of them are neighbours.
#[derive(Debug)]
pub(crate) struct Grid {
    keys: Vec<Key>,
}

impl Grid {
    /// Sorts a flock: the grid, and what its cells hold, in the same order.
    pub(crate) fn sort(positions: &[Vector], velocities: &[Vector]) -> (Self, Vec<Cell>) {
        let mut order: Vec<(Key, usize)> =
            positions.iter().enumerate().map(|(index, &position)| (cell_of(position), index)).collect();
        order.sort_unstable();

        let boid = |&(_, index): &(Key, usize)| Boid {
            index,
            position: positions[index],
            velocity: velocities[index],
        };
        let (keys, cells) = order
            .chunk_by(|(a, _), (b, _)| a == b)
            .map(|cell| (cell[0].0, cell.iter().map(boid).collect::<Cell>()))
            .unzip();
        (Self { keys }, cells)
    }

    /// The places of a cell and of its occupied neighbours, itself among them.
    pub(crate) fn around(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (row, column) = self.keys[cell];
        (row - 1..=row + 1).flat_map(move |row| {
            let from = self.keys.partition_point(|&key| key < (row, column - 1));
            let here = self.keys[from..].iter().take_while(move |&&key| key <= (row, column + 1));
            from..from + here.count()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boids_land_in_their_cells_by_index() {
        let positions = [[60.0, 10.0], [10.0, 10.0], [70.0, 20.0], [-10.0, 60.0]];
        let (grid, cells) = Grid::sort(&positions, &[[0.0; 2]; 4]);
        assert_eq!(grid.keys, [(0, 0), (0, 1), (1, -1)]);
        let members: Vec<Vec<usize>> =
            cells.iter().map(|cell| cell.iter().map(|boid| boid.index).collect()).collect();
        assert_eq!(members, [vec![1], vec![0, 2], vec![3]]);
    }

    #[test]
    fn a_cell_sees_the_eight_around_it() {
        let positions: Vec<Vector> = (0..5)
            .flat_map(|row| (0..5).map(move |column| [column as f64 * 50.0, row as f64 * 50.0]))
            .collect();
        let (grid, cells) = Grid::sort(&positions, &[[0.0; 2]; 25]);
        assert_eq!(cells.len(), 25);
        assert!(grid.around(12).eq([6, 7, 8, 11, 12, 13, 16, 17, 18]), "the middle");
        assert!(grid.around(0).eq([0, 1, 5, 6]), "a corner");
        assert!(grid.around(9).eq([3, 4, 8, 9, 13, 14]), "a side");
    }

    #[test]
    fn empty_cells_are_skipped() {
        let positions = [[0.0, 0.0], [120.0, 0.0], [0.0, 60.0], [1000.0, 60.0]];
        let (grid, _) = Grid::sort(&positions, &[[0.0; 2]; 4]);
        assert!(grid.around(0).eq([0, 2]));
        assert!(grid.around(1).eq([1]));
        assert!(grid.around(3).eq([3]));
    }
}
