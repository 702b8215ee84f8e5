//! A body that awaits would hold its cowns meanwhile.

use boc::prelude::*;

async fn fetch() -> i32 {
    1
}

fn main() {
    let a = Cown::new(1);
    when!(a => async move { *a += fetch().await });
}
