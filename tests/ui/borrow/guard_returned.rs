//! A guard cannot leave its body as the result.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when!(cown => cown);
}
