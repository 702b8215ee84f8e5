//! What is requested has to be something that can be held.

use boc::prelude::*;

fn main() {
    let number = 1;
    when!(number => number);
}
