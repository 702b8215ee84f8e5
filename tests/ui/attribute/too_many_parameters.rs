//! A parameter beyond the requests is a variable of that name.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut i32, by: i32) {
        *a += by;
    }
    drop(b);
}
