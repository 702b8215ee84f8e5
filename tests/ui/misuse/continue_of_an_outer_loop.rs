//! By name neither.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    'outer: for i in 0..3 {
        when!(a => if *a > i { continue 'outer });
    }
    drop(b);
}
