//! A guard is no result, on no way out.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => { if *a > 1 { return a } a });
    drop(b);
}
