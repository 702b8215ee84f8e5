//! The order is that of the requests.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a, b)]
    fn step(b: &mut i32, a: &mut i32) {
        *a += *b;
    }
}
