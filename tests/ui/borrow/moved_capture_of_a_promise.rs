//! The same where the promise is kept.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("moved");
    let length = when!(cown => *cown += text.len());
    println!("{text} {length:?}");
}
