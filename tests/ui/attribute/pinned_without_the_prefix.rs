//! A pinned cown without `pinned`, in the attribute form.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let canvas = PinnedCown::new(&main, 1);
    #[boc::attr::when(canvas)]
    fn step(canvas: &mut i32) {
        *canvas += 1;
    }
}
