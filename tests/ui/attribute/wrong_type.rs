//! The type of a parameter is the guard's target.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(a)]
    fn step(a: &mut String) {
        a.push('x');
    }
    drop((a, b));
}
