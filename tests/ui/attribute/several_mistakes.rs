//! Every mistake is reported, at once.

use boc::prelude::*;

fn main() {
    let (a, b) = (Cown::new(1), Cown::new(2));
    #[boc::attr::when(write a, b)]
    async fn step<T>(a: &mut i32) -> T {
        todo!()
    }
    drop((a, b));
}
