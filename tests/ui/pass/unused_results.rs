//! Nothing has to be done with a promise, and nothing warns when a body ignores a guard.

#![deny(warnings)]

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => *a += 1);
    when!(a, read b => *a);
    when!(a => {});
    when(&a, |_| ());
    quiesce();
}
