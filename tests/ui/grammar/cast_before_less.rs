//! Where the compiler sees generic arguments.

use boc::prelude::*;

fn main() {
    let (a, i, n) = (Cown::new(1), 1_i32, 2_usize);
    when!(a, let k = i as usize < n => *a += i32::from(k));
}
