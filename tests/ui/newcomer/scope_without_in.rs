//! The target of a behavior comes after `in`.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    boc::scope(|s| {
        when!(s; a => *a += 1);
    });
}
