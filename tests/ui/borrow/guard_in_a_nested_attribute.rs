//! The same in the attribute form; what a body is given ends with it.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    when!(a => {
        #[boc::attr::when(b)]
        fn step(b: &mut i32) {
            *b += *a;
        }
    });
}
