//! An entry that never returns ends the process by itself.

use boc::prelude::*;

#[boc::main(workers = 1)]
fn main(main: MainThread) -> ! {
    let a = Cown::new(1);
    when!(a => *a += 1).join().unwrap();
    main.pump();
    std::process::exit(0)
}
