//! The target comes first.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let runtime = Runtime::builder().build().unwrap();
    when!(a, in &runtime; b => *a += *b);
}
