//! Two requests without a comma.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let all = vec![a.clone(), b.clone()];
    when!(a b => *a += *b);
    drop((a, b, all));
}
