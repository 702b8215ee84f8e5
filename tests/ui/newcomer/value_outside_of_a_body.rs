//! There is no value outside of a body.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    *cown += 1;
    println!("{}", *cown);
}
