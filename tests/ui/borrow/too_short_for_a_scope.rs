//! What a scope's body borrows outlives the scope.

use boc::prelude::*;

fn main() {
    let cown = Cown::new(1);
    boc::scope(|s| {
        let text = String::from("inner");
        let length = &text;
        when!(in s; cown => *cown += length.len());
    });
}
