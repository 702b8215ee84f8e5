//! Only `#[cfg]` can stand there.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(1));
    when!(
        /// The sum.
        a,
        #[allow(unused)] b => *a += *b);
}
