//! The same in the function form.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when(&cown, |cown| cown);
}
