//! What `build()` gives is a `Result`.

use boc::prelude::*;

fn main() {
    let a = Cown::new(1);
    let runtime = Runtime::builder().workers(2).build();
    when!(in runtime; a => *a += 1);
}
