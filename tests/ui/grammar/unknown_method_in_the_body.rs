//! So is a method that does not exist.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(vec![1]);
    when!(cown => cown.no_such_method());
}
