//! `mut` is not for the header: an exclusive guard can be written through.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(mut a => *a += 1);
    drop((a, b, all));
}
