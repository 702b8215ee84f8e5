//! What a body mentions is moved into it: `clone text` says otherwise.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("moved");
    when!(cown => *cown += text.len());
    println!("{text}");
}
