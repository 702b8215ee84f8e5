//! A target ends in a semicolon.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(in runtime a => *a);
    drop((a, b, all));
}
