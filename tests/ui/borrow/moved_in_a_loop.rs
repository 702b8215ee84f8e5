//! A loop moves once.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("moved");
    for _ in 0..3 {
        when!(cown => *cown += text.len());
    }
}
