//! A body never waits.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    let promise = when!(a => *a);
    when!(b => *b += promise.await.unwrap());
}
