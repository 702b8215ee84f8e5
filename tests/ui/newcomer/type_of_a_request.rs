//! A request has no type.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    when!(a: i32 => *a += 1);
}
