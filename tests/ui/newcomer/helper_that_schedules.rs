//! A function that is given the value cannot schedule on its cown.

use boc::prelude::*;

fn bump(n: &mut i32) {
    when!(n => *n += 1);
}

fn main() {
    let a = Cown::new(1);
    when!(a => bump(&mut a));
}
