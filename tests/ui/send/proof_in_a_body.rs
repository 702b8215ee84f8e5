//! The proof of being at home, captured by a body that runs on a worker.

use boc::prelude::*;

fn main() {
    let main = MainThread::claim().unwrap();
    let (cown, canvas) = (Cown::new(1), PinnedCown::new(&main, 1));
    when!(pinned canvas, let cown = cown => {
        let home = Acquired::home(&canvas);
        when!(cown => {
            PinnedCown::new(home, *cown);
        });
    });
}
