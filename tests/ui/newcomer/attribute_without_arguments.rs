//! The attribute has to be told what to request.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when]
    fn step(a: &mut i32, b: &mut i32) {
        *a += *b;
    }
}
