//! Nor can a reference to the value.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(vec![1]);
    when!(cown => &mut cown[0]);
}
