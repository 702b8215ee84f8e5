//! A type is a type.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut i32, by: impl Into<i32>) -> impl Copy {
        *a += by.into();
        *a
    }
    drop(b);
}
