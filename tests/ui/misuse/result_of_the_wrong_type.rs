//! `return` leaves the body, with the type of its result.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => { if *a > 1 { return "many" } 1 });
    drop(b);
}
