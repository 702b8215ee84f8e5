//! Requests and captures as a `let`, a loop or a call has them.

use boc::prelude::*;

fn main() {
    let (a, b, cells, text) = (Cown::new(1), Cown::new(2), vec![Cown::new(3)], String::new());
    when!(_ = a => 0);
    when!(c := a => 0);
    when!([a, b] => 0);
    when!(a => b => 0);
    when!(for c in cells => 0);
    when!(a, let _ = text => 0);
    when!(a, clone &text => 0);
    when!(Cown::new(1) => 0);
}
