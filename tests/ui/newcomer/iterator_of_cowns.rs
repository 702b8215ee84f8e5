//! A group is a `Vec`, a slice or an array.

use boc::prelude::*;

fn main() {
    let cells: Vec<Cown<i32>> = (0..3).map(Cown::new).collect();
    when!(all = cells.iter() => *all += 1);
}
