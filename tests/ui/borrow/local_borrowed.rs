//! A body may run when this function is long over.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("local");
    let length: &str = &text;
    when!(cown => *cown += length.len());
}
