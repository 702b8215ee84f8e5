//! The entry's token may stand under a condition.

#![deny(warnings)]

mod with {
    use boc::prelude::*;

    #[boc::main(workers = 1)]
    pub fn main(#[cfg(not(any()))] main: MainThread) {
        main.pump();
    }
}

mod without {
    use boc::prelude::*;

    #[boc::main]
    #[allow(dead_code)]
    pub fn main(#[cfg(any())] main: MainThread) {
        when!(=> ());
    }
}

fn main() {
    with::main();
}
