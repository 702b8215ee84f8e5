//! A name that does not exist is the compiler's own error, on that name.

use boc::prelude::*;

fn main() {
    when!(nothing => *nothing += 1);
}
