//! A body is an expression.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    when!(a => let x = *a);
}
