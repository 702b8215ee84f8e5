//! Owns: the payload: a square matrix, and its product.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

/// How many rows and columns: `16` or `16x16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Size(pub usize);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Size, String> {
        let (rows, columns) = text.split_once('x').unwrap_or((text, text));
        match (rows.parse::<usize>(), columns.parse::<usize>()) {
            (Ok(rows), Ok(columns)) if rows != columns => Err(format!(
                "{rows}x{columns} is not square, and products need it to be; write {rows}x{rows}"
            )),
            (Ok(0), _) => {
                Err("a matrix needs a row at least; write 1x1, or --null-payload for no work".to_owned())
            }
            (Ok(rows), Ok(_)) => Ok(Size(rows)),
            _ => Err("not a size; write it as 16x16".to_owned()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{0}x{0}", self.0)
    }
}

/// A square matrix whose rows have the sum 1 each: a product of two such is one again, so that a run of any length
/// neither overflows nor fades away, and can be checked at its end. (But for rounding, which a square doubles: therefore
/// a product sees to it.)
#[derive(Clone, Debug)]
pub struct Matrix {
    size: usize,
    cells: Box<[f64]>,
}

impl Matrix {
    /// Some matrix; another one for every seed.
    #[must_use]
    pub fn new(Size(size): Size, seed: usize) -> Matrix {
        let cells = (0..size * size).map(|cell| 1.0 + ((cell * 7 + seed * 13) % 11) as f64).collect();
        let mut matrix = Matrix { size, cells };
        matrix.scale();
        matrix
    }

    fn scale(&mut self) {
        for row in self.cells.chunks_mut(self.size) {
            let scale = 1.0 / row.iter().sum::<f64>();
            row.iter_mut().for_each(|cell| *cell *= scale);
        }
    }

    /// The product, in a matrix of its own.
    #[must_use]
    pub fn times(&self, other: &Matrix) -> Matrix {
        let mut cells = vec![0.0; self.cells.len()].into_boxed_slice();
        for (row, result) in self.cells.chunks(self.size).zip(cells.chunks_mut(self.size)) {
            for (factor, other_row) in row.iter().zip(other.cells.chunks(self.size)) {
                for (cell, other) in result.iter_mut().zip(other_row) {
                    *cell += factor * other;
                }
            }
        }
        let mut product = Matrix { size: self.size, cells };
        product.scale();
        product
    }

    /// Whether all the rows still have the sum 1.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.cells.chunks(self.size).all(|row| (row.iter().sum::<f64>() - 1.0).abs() < 1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::{Matrix, Size};

    #[test]
    fn a_product_is_what_it_should_be() {
        let (mut a, mut b) = (Matrix::new(Size(2), 0), Matrix::new(Size(2), 1));
        a.cells = Box::new([0.5, 0.5, 0.25, 0.75]);
        b.cells = Box::new([1.0, 0.0, 0.5, 0.5]);
        assert_eq!(*a.times(&b).cells, [0.75, 0.25, 0.625, 0.375]);
        b.cells = Box::new([1.0, 0.0, 0.5, 0.4]);
        assert!(a.is_sound() && !b.is_sound());
    }

    #[test]
    fn squares_of_squares_stay_sound() {
        let square = (0..1000).fold(Matrix::new(Size(16), 5), |product, _| product.times(&product));
        assert!(square.is_sound());
    }

    #[test]
    fn a_size_is_square() {
        assert_eq!("16".parse(), Ok(Size(16)));
        assert_eq!("8x8".parse(), Ok(Size(8)));
        assert!("8x9".parse::<Size>().unwrap_err().contains("write 8x8"));
        assert!("0".parse::<Size>().is_err() && "x".parse::<Size>().is_err());
    }
}
