//! The same in the function form, without `move`.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    let text = String::from("local");
    when(&cown, |mut cown| *cown += text.len());
    drop(text);
}
