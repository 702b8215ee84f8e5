//! A mistake in the body is reported in the body, as if there were no macro.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    when!(cown => {
        let text: String = *cown;
        text
    });
}
