//! `=>` stands between the requests and the body.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(a { *a += 1 });
    drop((a, b, all));
}
