//! A guard cannot go into another behavior: request the cown again there.

use boc::prelude::*;

fn main() {
    let (cown, other) = (Cown::new(1), Cown::new(2));
    when!(cown => {
        when!(other => *other += *cown);
    });
}
