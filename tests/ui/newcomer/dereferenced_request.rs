//! A request borrows the handle, behind a reference too.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    let r = &a;
    when!(*r => *r += 1);
}
