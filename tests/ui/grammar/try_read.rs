//! The order of two modifiers.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(try read a => a.is_ok());
    drop(b);
}
